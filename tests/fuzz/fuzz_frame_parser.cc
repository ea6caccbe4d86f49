// SPDX-License-Identifier: MIT
// Any bytes, cut anywhere: FrameParser tells the same events, keeps its limits, and what it took
// for frames comes back from encode_frame() as the same frames.
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "core/check.h"
#include "tests/support/frame_log.h"
#include "wire/frame.h"
#include "wire/frame_parser.h"
#include "wire/utf8.h"

namespace {

using wskit::check;
using wskit::test::FrameLog;
using wskit::test::LoggedFrame;
using wskit::wire::FrameEvent;
using wskit::wire::FrameHeader;
using wskit::wire::FrameParserOptions;
using wskit::wire::Opcode;
using wskit::wire::Role;
using Stream = std::span<const std::byte>;

/// The first byte of an input is the options, the second seeds the cuts, the rest is the stream.
FrameParserOptions read_options(unsigned bits) {
  FrameParserOptions options{.role = (bits & 1U) != 0 ? Role::server : Role::client,
                             .allow_rsv1 = (bits & 2U) != 0};
  if ((bits & 4U) != 0) {
    options.max_frame_bytes = 100;
    options.max_message_bytes = 150;
  }
  return options;
}

std::vector<LoggedFrame> parse_in_pieces(const FrameParserOptions& options, Stream stream,
                                         unsigned seed) {
  std::minstd_rand random(seed);
  FrameLog log(options);
  while (!stream.empty()) {
    const std::size_t size = std::min<std::size_t>(stream.size(), 1 + random() % (seed + 1));
    log.feed(stream.first(size));
    stream = stream.subspan(size);
  }
  return log.frames();
}

void check_limits(const FrameParserOptions& options, const std::vector<LoggedFrame>& frames) {
  std::string message;
  for (const LoggedFrame& frame : frames) {
    check(frame.payload.size() <= frame.frame_bytes, "a frame gives no more than it claims");
    check(!frame.frame_end || frame.payload.size() == frame.frame_bytes, "a frame ends at its end");
    if (frame.kind != FrameEvent::Kind::data) {
      continue;
    }
    check(frame.frame_bytes <= options.max_frame_bytes, "a frame keeps its limit");
    if (frame.message_begin) {
      message.clear();
    }
    message += frame.payload;
    const std::uint64_t allowance = frame.compressed ? options.max_message_bytes / 64 + 64 : 0;
    check(message.size() <= options.max_message_bytes + allowance, "a message keeps its limit");
    check(!frame.message_end || frame.compressed || frame.opcode != Opcode::text ||
              wskit::wire::is_utf8(message),
          "a text message is UTF-8");
  }
}

void check_round_trip(const FrameParserOptions& options, std::vector<LoggedFrame> frames) {
  while (!frames.empty() && !frames.back().frame_end) {
    frames.pop_back();
  }
  std::vector<std::byte> stream;
  for (const LoggedFrame& frame : frames) {
    const bool control = frame.kind == FrameEvent::Kind::control;
    const FrameHeader header{
        .opcode = control || frame.message_begin ? frame.opcode : Opcode::continuation,
        .fin = frame.fin,
        .rsv1 = frame.compressed && frame.message_begin,
        .masked = options.role == Role::server,
        .mask_key = {std::byte{1}, std::byte{0x80}, std::byte{0}, std::byte{0xFF}}};
    const std::size_t before = stream.size();
    stream.resize(before + wskit::wire::max_frame_size(frame.payload.size()));
    const auto payload = std::as_bytes(std::span(frame.payload));
    stream.resize(before +
                  wskit::wire::encode_frame(std::span(stream).subspan(before), header, payload));
  }
  check(wskit::test::parse_whole(options, stream) == frames, "frames survive a round trip");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const FrameParserOptions options = read_options(data[0]);
  const Stream stream = std::as_bytes(std::span(data, size)).subspan(2);
  const auto whole = wskit::test::parse_whole(options, stream);
  check(parse_in_pieces(options, stream, 0) == whole, "byte by byte gives the same events");
  check(parse_in_pieces(options, stream, data[1]) == whole, "pieces give the same events");
  check_limits(options, whole);
  check_round_trip(options, whole);
  return 0;
}
