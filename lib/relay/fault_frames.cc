// SPDX-License-Identifier: MIT
#include "relay/fault_frames.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <vector>

#include "core/bytes.h"
#include "relay/raw_header.h"
#include "wire/deflate.h"
#include "wire/mask.h"

namespace wskit::relay {
namespace {

constexpr std::size_t kShortPayload = 125;
constexpr std::size_t kMediumPayload = 65'535;
constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63U;
constexpr std::size_t kBombBlockBytes = std::size_t{1} << 20;
/// What RFC 7692 7.2.1 takes off the end of a message.
constexpr std::string_view kDeflateTail("\x00\x00\xff\xff", 4);

std::span<std::byte> bytes_of(std::string& text) {
  return std::as_writable_bytes(std::span(text));
}

wire::FrameHeader header_of(const PlainMessage& message) {
  return {.opcode = message.opcode, .rsv1 = message.compressed};
}

}  // namespace

PlainMessage unpack(std::string_view frames) {
  PlainMessage message;
  bool first = true;
  while (!frames.empty()) {
    const wire::FrameHeader header = read_raw_header(frames);
    frames.remove_prefix(header_bytes(frames));
    std::string payload(frames.substr(0, header.payload_bytes));
    frames.remove_prefix(payload.size());
    if (header.masked) {
      wire::apply_mask(bytes_of(payload), header.mask_key);
    }
    if (first) {
      message.opcode = header.opcode;
      message.compressed = header.rsv1;
      first = false;
    }
    message.payload += payload;
  }
  return message;
}

// No bit twice, which would turn it back.
void corrupt(PlainMessage& message, std::uint64_t bits, FaultDice& dice) {
  const std::uint64_t all = message.payload.size() * 8;
  std::set<std::uint64_t> turned;
  while (turned.size() < std::min(bits, all)) {
    const std::uint64_t bit = dice.below(all);
    if (turned.insert(bit).second) {
      char& byte = message.payload[bit / 8];
      byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (bit % 8)));
    }
  }
}

std::string FaultFrames::frame(wire::FrameHeader header, std::string_view payload) {
  // "Masked" says here: the other way round.
  header.masked = header.masked != masked_;
  header.mask_key = std::bit_cast<wire::MaskKey>(static_cast<std::uint32_t>(dice_.next() | 1U));
  std::string frame(wire::max_frame_size(payload.size()), '\0');
  frame.resize(wire::encode_frame(bytes_of(frame), header, as_bytes(payload)));
  return frame;
}

std::string FaultFrames::close(const std::optional<std::uint64_t>& code, std::string_view reason) {
  std::string payload;
  if (code) {
    payload = {static_cast<char>(*code >> 8U), static_cast<char>(*code & 0xFFU)};
    payload += reason;
  }
  return frame({.opcode = wire::Opcode::close}, payload);
}

std::string FaultFrames::pings(std::uint64_t count) {
  std::string pings;
  for (std::uint64_t i = 0; i < count; ++i) {
    pings += frame({.opcode = wire::Opcode::ping}, "flood " + std::to_string(i + 1));
  }
  return pings;
}

std::string FaultFrames::zeros(std::uint64_t bytes) {
  return frame({.opcode = wire::Opcode::binary}, std::string(bytes, '\0'));
}

// One block is deflated; the same bytes again inflate to the same block again.
std::string FaultFrames::bomb(std::uint64_t bytes) {
  wire::Deflater deflater({.server_no_context_takeover = true, .client_no_context_takeover = true},
                          wire::Role::server, {.level = 9, .mem_level = 9});
  const std::vector<std::byte> zeros(kBombBlockBytes);
  std::string block;
  deflater.compress(zeros, true, block);
  const std::uint64_t blocks = (bytes + kBombBlockBytes - 1) / kBombBlockBytes;
  std::string payload;
  payload.reserve(blocks * (block.size() + kDeflateTail.size()));
  for (std::uint64_t i = 0; i < blocks; ++i) {
    payload += i == 0 ? "" : kDeflateTail;
    payload += block;
  }
  return frame({.opcode = wire::Opcode::binary, .rsv1 = true}, payload);
}

std::string FaultFrames::whole(const PlainMessage& message) {
  return frame(header_of(message), message.payload);
}

std::string FaultFrames::fragments(const PlainMessage& message, std::uint64_t frame_bytes) {
  std::string frames;
  std::string_view rest = message.payload;
  wire::FrameHeader header = header_of(message);
  do {
    const std::string_view piece = rest.substr(0, frame_bytes);
    rest.remove_prefix(piece.size());
    header.fin = rest.empty();
    frames += frame(header, piece);
    header = {.opcode = wire::Opcode::continuation};
  } while (!rest.empty());
  return frames;
}

std::string FaultFrames::interleaved(const PlainMessage& message) {
  const std::string_view payload = message.payload;
  wire::FrameHeader first = header_of(message);
  first.fin = false;
  return frame(first, payload.substr(0, payload.size() / 2)) + frame({}, "interleaved") +
         frame({.opcode = wire::Opcode::continuation}, payload.substr(payload.size() / 2));
}

std::string FaultFrames::wrongly_masked(const PlainMessage& message) {
  wire::FrameHeader header = header_of(message);
  header.masked = true;
  return frame(header, message.payload);
}

std::string FaultFrames::with_reserved_bit(const PlainMessage& message, std::uint64_t bit) {
  wire::FrameHeader header = header_of(message);
  header.rsv1 = header.rsv1 || bit == 1;
  header.rsv2 = bit == 2;
  header.rsv3 = bit == 3;
  return frame(header, message.payload);
}

std::string FaultFrames::with_bad_length(const PlainMessage& message, std::string_view form) {
  wire::FrameHeader header = header_of(message);
  const std::size_t size = message.payload.size();
  if (form != "huge" && size <= kMediumPayload) {
    const bool is16 = form == "16" && size <= kShortPayload;
    header.length_form = is16 ? wire::LengthForm::bits16 : wire::LengthForm::bits64;
    return frame(header, message.payload);
  }
  header.length_form = wire::LengthForm::bits64;
  std::string made = frame(header, message.payload);
  // The length's first byte of eight.
  made[2] = static_cast<char>(kTopBit >> 56U);
  return made;
}

}  // namespace wskit::relay
