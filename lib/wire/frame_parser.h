// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/error.h"
#include "wire/close_code.h"
#include "wire/frame.h"
#include "wire/mask.h"
#include "wire/role.h"
#include "wire/utf8.h"
#include "wire/violation.h"
#include "wire/word.h"

namespace wskit::wire {

struct FrameParserOptions {
  Role role = Role::client;  // ours: the frames read are the other's
  bool allow_rsv1 = false;   // permessage-deflate was negotiated (RFC 7692)
  // What the wire may carry: who inflates limits the result. A compressed message may be a 64th and
  // 64 bytes longer than max_message_bytes, since compression can make one of that size longer.
  std::uint64_t max_frame_bytes = std::uint64_t{64} << 20;
  std::uint64_t max_message_bytes = std::uint64_t{64} << 20;  // all fragments together
};

/// What FrameParser::next() found.
struct FrameEvent {
  enum class Kind : std::uint8_t {
    need_more,  // the input is used up; come back with the next bytes
    data,       // a piece of a text or binary message, perhaps an empty one
    control,    // a whole Close, Ping or Pong; a Close is valid as parse_close_payload() reads it
    violation,  // the connection must fail: FrameParser::error() and close_code()
  };

  Kind kind = Kind::need_more;
  Opcode opcode = Opcode::continuation;  // of a message: text or binary, in every fragment
  bool compressed = false;               // RSV1 of the message; its text is not checked as UTF-8
  bool fin = false;                      // the frame ends its message
  bool frame_begin = false;              // these four: where this piece lies
  bool frame_end = false;
  bool message_begin = false;
  bool message_end = false;
  std::uint64_t frame_bytes = 0;  // the whole frame's payload length, known from its first piece on
  std::span<std::byte> payload;  // unmasked; within the input or, a split control frame, the parser

  [[nodiscard]] static FrameEvent whole_message(Opcode opcode, std::span<std::byte> payload) {
    return {.kind = Kind::data,
            .opcode = opcode,
            .fin = true,
            .frame_begin = true,
            .frame_end = true,
            .message_begin = true,
            .message_end = true,
            .frame_bytes = payload.size(),
            .payload = payload};
  }
};

/// An unfragmented, uncompressed message of at most 125 bytes, unmasked and (text) checked.
struct SmallMessage {
  Opcode opcode = Opcode::continuation;  // text or binary; else there is no message here
  std::span<std::byte> payload;          // within the input

  explicit operator bool() const { return opcode != Opcode::continuation; }
};

/// The receiving half of RFC 6455's framing, for both roles: bytes in, events out, strict.
///
///     while (alive) {
///       const FrameEvent event = parser.next(input);  // takes what it reads off `input`
///       if (event.kind == FrameEvent::Kind::need_more) break;
///       ...
///     }
///
/// Call next() until it says need_more, even when `input` has become empty. A payload is handed
/// out as it arrives; an unfragmented message that lies whole in the input is one event with
/// message_begin and message_end. The bytes of an event live until the next call. A server's
/// input is unmasked in place, a client's is not written to. Events do not depend on how the
/// stream was cut, but for where pieces end. What is good before a bad byte is still handed out.
/// After `violation` every call returns it again; after a Close frame stop reading (RFC 6455 1.4).
/// Allocates once, 125 bytes, at the first control frame that the input cuts in two.
class FrameParser {
 public:
  explicit FrameParser(const FrameParserOptions& options = {});

  [[nodiscard]] FrameEvent next(std::span<std::byte>& input) {
    if (const SmallMessage small = take_small(input)) [[likely]] {
      return FrameEvent::whole_message(small.opcode, small.payload);
    }
    return is_done(input) ? FrameEvent{} : next_any(input);
  }

  /// For whoever wants the most frequent kind of message, and wants it fast, before asking next():
  /// takes it off `input` if it is what comes next and is there as a whole. It may be left to
  /// next() all the same: text is, unless it is ASCII.
  [[nodiscard, gnu::always_inline]] inline SmallMessage take_small(std::span<std::byte>& input);
  /// Whether next() would say need_more because there is no more.
  [[nodiscard]] bool is_done(std::span<const std::byte> input) const {
    return input.empty() && idle();
  }

  /// After a violation: the failure in words, and the code to close with (1002, 1007 or 1009).
  [[nodiscard]] Violation violation() const { return violation_; }
  [[nodiscard]] Error error() const;
  [[nodiscard]] CloseCode close_code() const { return rule(violation_).close; }

  /// True between two messages, with no part of a frame read: where a peer may end the stream.
  [[nodiscard]] bool idle() const { return stage_ == Stage::between_messages; }

 private:
  enum class Stage : std::uint8_t { between_messages, header, payload, control, failed };
  static constexpr std::size_t kMinHeader = 2;
  static constexpr unsigned kFinalText = 0x81;
  static constexpr unsigned kFinalBinary = 0x82;
  using ControlPayload = std::array<std::byte, kMaxControlPayload>;

  [[nodiscard]] std::size_t small_message_size(std::span<const std::byte> input) const;
  FrameEvent next_any(std::span<std::byte>& input);
  FrameEvent read_header(std::span<std::byte>& input);
  FrameEvent read_payload(std::span<std::byte>& input, bool frame_begin);
  FrameEvent read_control(std::span<std::byte>& input);
  FrameEvent deliver_control(std::span<std::byte> payload);
  FrameEvent fail(Violation violation, std::uint64_t value = 0, std::uint64_t limit = 0);
  FrameEvent check_text(FrameEvent event, std::uint64_t offset);

  bool gather_header(std::span<std::byte>& input, std::size_t size);
  [[nodiscard]] std::size_t header_size() const;
  [[nodiscard]] Violation check_first_bytes() const;
  [[nodiscard]] Violation check_length() const;
  [[nodiscard]] std::uint64_t message_limit() const;
  void decode_header();
  void begin_message();
  void end_frame();

  Stage stage_ = Stage::between_messages;
  bool server_;
  bool allow_rsv1_;
  std::uint8_t mask_bit_;           // 0x80 where frames must be masked
  std::uint8_t small_header_size_;  // 2, or 6 with a masking key
  std::uint8_t max_small_payload_;

  // The frame under way.
  Opcode opcode_ = Opcode::continuation;
  bool fin_ = false;
  std::uint8_t header_have_ = 0;
  std::array<std::byte, kMaxFrameHeaderBytes> header_{};
  MaskKey mask_key_{};
  std::uint64_t frame_bytes_ = 0;
  std::uint64_t frame_done_ = 0;
  std::unique_ptr<ControlPayload> split_control_;

  // The message under way.
  bool in_message_ = false;
  bool compressed_ = false;
  Opcode message_opcode_ = Opcode::continuation;
  Utf8Validator utf8_;               // complete between two messages
  std::uint64_t message_bytes_ = 0;  // this fragment's and earlier ones'

  Violation violation_ = Violation::none;
  std::uint64_t violation_value_ = 0;
  std::uint64_t violation_limit_ = 0;

  std::uint64_t max_frame_bytes_;
  std::uint64_t max_message_bytes_;
};

/// The size of the whole frame, or 0 when it is not a legal, small, unfragmented and uncompressed
/// message that lies whole in the input.
inline std::size_t FrameParser::small_message_size(std::span<const std::byte> input) const {
  if (input.size() < kMinHeader) {
    return 0;
  }
  const unsigned first = std::to_integer<unsigned>(input[0]);
  const unsigned length = std::to_integer<unsigned>(input[1]) ^ mask_bit_;
  const std::size_t size = small_header_size_ + length;
  if ((first != kFinalText && first != kFinalBinary) || length > max_small_payload_) [[unlikely]] {
    return 0;
  }
  if (size > input.size()) [[unlikely]] {
    return 0;
  }
  return size;
}

inline SmallMessage FrameParser::take_small(std::span<std::byte>& input) {
  const std::size_t size = stage_ == Stage::between_messages ? small_message_size(input) : 0;
  if (size == 0) [[unlikely]] {
    return {};
  }
  const auto opcode = static_cast<Opcode>(input[0] & std::byte{0xF});
  const auto payload = input.first(size).subspan(small_header_size_);
  const auto unmask = [&] {
    if (server_) {
      apply_mask(payload, load<MaskKey>(input.data() + kMinHeader));
    }
  };
  unmask();
  if (opcode == Opcode::text && !is_ascii(payload)) [[unlikely]] {
    // Masked again, as it came.
    unmask();
    return {};
  }
  input = input.subspan(size);
  return {.opcode = opcode, .payload = payload};
}

}  // namespace wskit::wire
