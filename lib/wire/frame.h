// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "core/check.h"
#include "wire/mask.h"
#include "wire/word.h"

namespace wskit::wire {

/// RFC 6455 5.2. Other values below 16 are reserved; a FrameHeader can hold them all the same.
enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

[[nodiscard]] constexpr bool is_control(Opcode opcode) {
  return (static_cast<unsigned>(opcode) & 0x8U) != 0;
}

/// "continuation", "text", "binary", "close", "ping", "pong" or "reserved".
[[nodiscard]] std::string_view name(Opcode opcode);

/// How a length is written. Only `minimal` is legal; the others are for tests of a peer, and keep
/// the low bits of a length that does not fit.
enum class LengthForm : std::uint8_t { minimal, bits7, bits16, bits64 };

inline constexpr std::size_t kMaxFrameHeaderBytes = 14;

/// One frame's header (RFC 6455 5.2), as it is to be written. The defaults are legal; every field
/// can be set to what is not, for conformance tests and faults. A client sets `masked` and takes
/// `mask_key` from a MaskSource, a fresh one for each frame.
struct FrameHeader {
  Opcode opcode = Opcode::text;
  bool fin = true;
  bool rsv1 = false;  // the message is compressed (RFC 7692 6)
  bool rsv2 = false;
  bool rsv3 = false;
  bool masked = false;
  MaskKey mask_key{};
  std::uint64_t payload_bytes = 0;
  LengthForm length_form = LengthForm::minimal;
};

/// How many bytes encode_frame_header writes for this header, 2 to kMaxFrameHeaderBytes.
[[nodiscard]] std::size_t frame_header_size(const FrameHeader& header);

/// Writes the header at the start of `out`, which must be large enough, and returns its size.
/// Where the payload lies elsewhere, or is to be a lie: this, then copy_masked() or apply_mask().
std::size_t encode_frame_header(std::span<std::byte> out, const FrameHeader& header);

/// Largest size of a frame with this payload: what to reserve in a send queue.
[[nodiscard]] constexpr std::size_t max_frame_size(std::size_t payload_bytes) {
  return kMaxFrameHeaderBytes + payload_bytes;
}

namespace detail {

[[nodiscard]] inline std::byte first_header_byte(const FrameHeader& header) {
  return static_cast<std::byte>((header.fin ? 0x80U : 0U) | (header.rsv1 ? 0x40U : 0U) |
                                (header.rsv2 ? 0x20U : 0U) | (header.rsv3 ? 0x10U : 0U) |
                                (static_cast<unsigned>(header.opcode) & 0xFU));
}

/// `header.payload_bytes` is the payload's size.
std::size_t encode_any_frame(std::span<std::byte> out, const FrameHeader& header,
                             std::span<const std::byte> payload);

}  // namespace detail

/// Writes a whole frame, the payload masked as the header says, and returns its size: straight
/// into a send queue, without a copy between. `header.payload_bytes` is not read. `out` must hold
/// the frame (max_frame_size() is always enough) and not overlap the payload.
inline std::size_t encode_frame(std::span<std::byte> out, const FrameHeader& header,
                                std::span<const std::byte> payload) {
  const std::size_t key_bytes = header.masked ? sizeof(MaskKey) : 0;
  const std::size_t size = 2 + key_bytes + payload.size();
  if (payload.size() > 125 || header.length_form != LengthForm::minimal) {
    // Field by field, so that the header of a small frame never has to be in memory.
    return detail::encode_any_frame(out,
                                    {.opcode = header.opcode,
                                     .fin = header.fin,
                                     .rsv1 = header.rsv1,
                                     .rsv2 = header.rsv2,
                                     .rsv3 = header.rsv3,
                                     .masked = header.masked,
                                     .mask_key = header.mask_key,
                                     .payload_bytes = payload.size(),
                                     .length_form = header.length_form},
                                    payload);
  }
  check(size <= out.size(), "the buffer holds the frame");
  out[0] = detail::first_header_byte(header);
  out[1] = static_cast<std::byte>((header.masked ? 0x80U : 0U) | payload.size());
  std::byte* const body = out.data() + 2 + key_bytes;
  if (header.masked) {
    store(out.data() + 2, header.mask_key);
    copy_masked(body, payload, header.mask_key);
  } else if (!payload.empty()) {
    std::memcpy(body, payload.data(), payload.size());
  }
  return size;
}

/// Header and masking key of a client's frame of at most 125 bytes.
inline constexpr std::size_t kSmallFrameHeader = 2 + sizeof(MaskKey);

/// What a client sends most, spelled out: a whole message of at most 125 bytes in a masked frame.
/// Takes kSmallFrameHeader + payload.size() bytes at `out`, which must not overlap the payload.
[[gnu::always_inline]] inline void encode_small_frame(std::byte* out, Opcode opcode, MaskKey key,
                                                      std::span<const std::byte> payload) {
  out[0] = static_cast<std::byte>(0x80U | static_cast<unsigned>(opcode));
  out[1] = static_cast<std::byte>(0x80U | payload.size());
  store(out + 2, key);
  copy_masked(out + kSmallFrameHeader, payload, key);
}

}  // namespace wskit::wire
