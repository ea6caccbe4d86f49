// SPDX-License-Identifier: MIT
#include "relay/raw_header.h"

#include <cstdint>

#include "core/bytes.h"
#include "wire/word.h"

namespace wskit::relay {
namespace {

constexpr std::size_t kShortestHeader = 2;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::size_t length_bytes(std::string_view frame) {
  const unsigned length = byte_at(frame, 1) & 0x7FU;
  return length == kLength64 ? 8 : length == kLength16 ? 2 : 0;
}

}  // namespace

std::size_t header_bytes(std::string_view first_bytes) {
  if (first_bytes.size() < kShortestHeader) {
    return kShortestHeader;
  }
  const bool masked = (byte_at(first_bytes, 1) & 0x80U) != 0;
  return kShortestHeader + length_bytes(first_bytes) + (masked ? sizeof(wire::MaskKey) : 0);
}

wire::FrameHeader read_raw_header(std::string_view frame) {
  const unsigned first = byte_at(frame, 0);
  wire::FrameHeader header{.opcode = static_cast<wire::Opcode>(first & 0xFU),
                           .fin = (first & 0x80U) != 0,
                           .rsv1 = (first & 0x40U) != 0,
                           .rsv2 = (first & 0x20U) != 0,
                           .rsv3 = (first & 0x10U) != 0,
                           .masked = (byte_at(frame, 1) & 0x80U) != 0,
                           .payload_bytes = byte_at(frame, 1) & 0x7FU};
  const std::size_t length = length_bytes(frame);
  if (length > 0) {
    header.payload_bytes = 0;
  }
  for (std::size_t i = 0; i < length; ++i) {
    header.payload_bytes = header.payload_bytes << 8U | byte_at(frame, kShortestHeader + i);
  }
  if (header.masked) {
    header.mask_key = wire::load<wire::MaskKey>(as_bytes(frame).data() + kShortestHeader + length);
  }
  return header;
}

}  // namespace wskit::relay
