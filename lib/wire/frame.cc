// SPDX-License-Identifier: MIT
#include "wire/frame.h"

namespace wskit::wire {
namespace {

LengthForm actual_form(const FrameHeader& header) {
  if (header.length_form != LengthForm::minimal) {
    return header.length_form;
  }
  if (header.payload_bytes <= 125) {
    return LengthForm::bits7;
  }
  return header.payload_bytes <= 0xFFFF ? LengthForm::bits16 : LengthForm::bits64;
}

std::size_t length_bytes(LengthForm form) {
  switch (form) {
    case LengthForm::bits16:
      return 2;
    case LengthForm::bits64:
      return 8;
    default:
      return 0;
  }
}

unsigned length_marker(LengthForm form, std::uint64_t payload_bytes) {
  switch (form) {
    case LengthForm::bits16:
      return 126;
    case LengthForm::bits64:
      return 127;
    default:
      return static_cast<unsigned>(payload_bytes & 0x7F);
  }
}

}  // namespace

std::string_view name(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
      return "continuation";
    case Opcode::text:
      return "text";
    case Opcode::binary:
      return "binary";
    case Opcode::close:
      return "close";
    case Opcode::ping:
      return "ping";
    case Opcode::pong:
      return "pong";
  }
  return "reserved";
}

std::size_t frame_header_size(const FrameHeader& header) {
  return 2 + length_bytes(actual_form(header)) + (header.masked ? sizeof(MaskKey) : 0);
}

std::size_t encode_frame_header(std::span<std::byte> out, const FrameHeader& header) {
  const LengthForm form = actual_form(header);
  const std::size_t extended = length_bytes(form);
  check(frame_header_size(header) <= out.size(), "the buffer holds the frame header");
  out[0] = detail::first_header_byte(header);
  out[1] = static_cast<std::byte>((header.masked ? 0x80U : 0U) |
                                  length_marker(form, header.payload_bytes));
  for (std::size_t i = 0; i < extended; ++i) {
    out[2 + i] = static_cast<std::byte>(header.payload_bytes >> (8 * (extended - 1 - i)) & 0xFF);
  }
  std::size_t size = 2 + extended;
  if (header.masked) {
    std::memcpy(out.data() + size, header.mask_key.data(), sizeof(MaskKey));
    size += sizeof(MaskKey);
  }
  return size;
}

std::size_t detail::encode_any_frame(std::span<std::byte> out, const FrameHeader& header,
                                     std::span<const std::byte> payload) {
  const std::size_t header_size = encode_frame_header(out, header);
  check(payload.size() <= out.size() - header_size, "the buffer holds the frame");
  std::byte* const body = out.data() + header_size;
  if (header.masked) {
    copy_masked(body, payload, header.mask_key);
  } else if (!payload.empty()) {
    std::memcpy(body, payload.data(), payload.size());
  }
  return header_size + payload.size();
}

}  // namespace wskit::wire
