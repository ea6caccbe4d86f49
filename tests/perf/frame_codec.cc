// SPDX-License-Identifier: MIT
// What the codec costs per small message, to be counted: frame_codec WHAT SIZE MESSAGES
//   encode   a client's masked text frame, with a fresh key, into a buffer
//   parse    a server's text frame, alone in what was received
//   parse16  the same, sixteen in what was received
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "wire/frame.h"
#include "wire/frame_parser.h"

namespace {

using namespace wskit::wire;
using Bytes = std::vector<std::byte>;

[[gnu::noinline]] std::size_t encode(std::span<std::byte> out, MaskSource& masks,
                                     std::span<const std::byte> payload) {
  return encode_frame(out, {.opcode = Opcode::text, .masked = true, .mask_key = masks.next()},
                      payload);
}

[[gnu::noinline]] std::size_t parse(FrameParser& parser, std::span<std::byte> input) {
  std::size_t messages = 0;
  for (;;) {
    const FrameEvent event = parser.next(input);
    if (event.kind == FrameEvent::Kind::need_more) {
      return messages;
    }
    messages += event.message_end ? 1U : 0U;
  }
}

std::size_t run_encode(std::size_t size, std::size_t messages) {
  const Bytes payload(size, std::byte{'x'});
  Bytes out(max_frame_size(size));
  MaskSource masks;
  std::size_t done = 0;
  while (done < messages) {
    done += encode(out, masks, payload) > size ? 1U : 0U;
  }
  return done;
}

std::size_t run_parse(std::size_t size, std::size_t messages, std::size_t at_once) {
  const Bytes payload(size, std::byte{'x'});
  Bytes one(max_frame_size(size));
  one.resize(encode_frame(one, {.opcode = Opcode::text}, payload));
  Bytes received;
  for (std::size_t i = 0; i < at_once; ++i) {
    received.insert(received.end(), one.begin(), one.end());
  }
  FrameParser parser;
  std::size_t done = 0;
  while (done < messages) {
    done += parse(parser, received);
  }
  return done;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fputs("usage: frame_codec encode|parse|parse16 SIZE MESSAGES\n", stderr);
    return 2;
  }
  const std::string_view what = argv[1];
  const std::size_t size = std::strtoul(argv[2], nullptr, 10);
  const std::size_t messages = std::strtoul(argv[3], nullptr, 10);
  const std::size_t done = what == "encode" ? run_encode(size, messages)
                                            : run_parse(size, messages, what == "parse16" ? 16 : 1);
  return done >= messages ? 0 : 1;
}
