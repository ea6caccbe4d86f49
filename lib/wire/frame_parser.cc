// SPDX-License-Identifier: MIT
#include "wire/frame_parser.h"

namespace wskit::wire {
namespace {

constexpr unsigned kFin = 0x80;
constexpr unsigned kReservedBits = 0x70;
constexpr unsigned kRsv1 = 0x40;
constexpr unsigned kOpcodeBits = 0x0F;
constexpr unsigned kMaskBit = 0x80;
constexpr unsigned kLengthBits = 0x7F;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;

constexpr bool is_known(unsigned opcode) {
  return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA);
}

std::size_t length_bytes(std::byte second) {
  switch (std::to_integer<unsigned>(second) & kLengthBits) {
    case kLength16:
      return 2;
    case kLength64:
      return 8;
    default:
      return 0;
  }
}

/// Moves up to `count` bytes from the front of `input` to `out`.
std::size_t take(std::span<std::byte>& input, std::span<std::byte> out) {
  const std::size_t count = std::min(input.size(), out.size());
  std::ranges::copy(input.first(count), out.begin());
  input = input.subspan(count);
  return count;
}

}  // namespace

FrameParser::FrameParser(const FrameParserOptions& options)
    : server_(options.role == Role::server),
      allow_rsv1_(options.allow_rsv1),
      mask_bit_(server_ ? kMaskBit : 0),
      small_header_size_(server_ ? kMinHeader + sizeof(MaskKey) : kMinHeader),
      max_small_payload_(static_cast<std::uint8_t>(
          std::min({std::uint64_t{kMaxControlPayload}, options.max_frame_bytes,
                    options.max_message_bytes}))),
      max_frame_bytes_(options.max_frame_bytes),
      max_message_bytes_(options.max_message_bytes) {}

Error FrameParser::error() const {
  return to_error(violation_, violation_value_, violation_limit_);
}

FrameEvent FrameParser::next_any(std::span<std::byte>& input) {
  switch (stage_) {
    case Stage::between_messages:
    case Stage::header:
      return read_header(input);
    case Stage::payload:
      return read_payload(input, false);
    case Stage::control:
      return read_control(input);
    case Stage::failed:
      break;
  }
  return {.kind = FrameEvent::Kind::violation};
}

FrameEvent FrameParser::fail(Violation violation, std::uint64_t value, std::uint64_t limit) {
  stage_ = Stage::failed;
  violation_ = violation;
  violation_value_ = value;
  violation_limit_ = limit;
  return {.kind = FrameEvent::Kind::violation};
}

FrameEvent FrameParser::read_header(std::span<std::byte>& input) {
  if (!gather_header(input, kMinHeader)) {
    return {};
  }
  if (const Violation broken = check_first_bytes(); broken != Violation::none) {
    const unsigned first = std::to_integer<unsigned>(header_[0]);
    return fail(broken, broken == Violation::reserved_bits ? first : first & kOpcodeBits);
  }
  if (!gather_header(input, header_size())) {
    return {};
  }
  decode_header();
  switch (const Violation broken = check_length(); broken) {
    case Violation::none:
      break;
    case Violation::message_too_big:
      return fail(broken, message_bytes_ + frame_bytes_, message_limit());
    default:
      return fail(broken, frame_bytes_, max_frame_bytes_);
  }
  if (is_control(opcode_)) {
    stage_ = Stage::control;
    return read_control(input);
  }
  stage_ = Stage::payload;
  if (opcode_ != Opcode::continuation) {
    begin_message();
  }
  message_bytes_ += frame_bytes_;
  return read_payload(input, true);
}

bool FrameParser::gather_header(std::span<std::byte>& input, std::size_t size) {
  if (header_have_ < size && !input.empty()) {
    stage_ = Stage::header;
    const auto missing = std::span(header_).first(size).subspan(header_have_);
    header_have_ = static_cast<std::uint8_t>(header_have_ + take(input, missing));
  }
  return header_have_ >= size;
}

std::size_t FrameParser::header_size() const {
  return small_header_size_ + length_bytes(header_[1]);
}

Violation FrameParser::check_first_bytes() const {
  const unsigned first = std::to_integer<unsigned>(header_[0]);
  const unsigned second = std::to_integer<unsigned>(header_[1]);
  const unsigned opcode = first & kOpcodeBits;
  const bool control = is_control(static_cast<Opcode>(opcode));
  const bool starts_message = opcode == 0x1 || opcode == 0x2;
  const unsigned allowed_bits = allow_rsv1_ && starts_message ? kRsv1 : 0;
  if ((first & kReservedBits & ~allowed_bits) != 0) {
    return Violation::reserved_bits;
  }
  if (!is_known(opcode)) {
    return Violation::reserved_opcode;
  }
  if (control && (first & kFin) == 0) {
    return Violation::control_fragmented;
  }
  if (opcode == 0x0 && !in_message_) {
    return Violation::continuation_outside_message;
  }
  if (starts_message && in_message_) {
    return Violation::data_inside_message;
  }
  if ((second & kMaskBit) != mask_bit_) {
    return server_ ? Violation::unmasked_by_client : Violation::masked_by_server;
  }
  if (control && (second & kLengthBits) > kMaxControlPayload) {
    return Violation::control_too_long;
  }
  return Violation::none;
}

void FrameParser::decode_header() {
  const unsigned first = std::to_integer<unsigned>(header_[0]);
  opcode_ = static_cast<Opcode>(first & kOpcodeBits);
  fin_ = (first & kFin) != 0;
  const std::size_t extended = length_bytes(header_[1]);
  frame_bytes_ = extended == 0 ? std::to_integer<unsigned>(header_[1]) & kLengthBits : 0;
  for (std::size_t i = 0; i < extended; ++i) {
    frame_bytes_ = frame_bytes_ << 8 | std::to_integer<unsigned>(header_[kMinHeader + i]);
  }
  if (server_) {
    std::copy_n(header_.begin() + kMinHeader + extended, mask_key_.size(), mask_key_.begin());
  }
  frame_done_ = 0;
}

Violation FrameParser::check_length() const {
  const std::size_t extended = length_bytes(header_[1]);
  if (frame_bytes_ >> 63 != 0) {
    return Violation::length_top_bit;
  }
  if ((extended == 2 && frame_bytes_ < kLength16) || (extended == 8 && frame_bytes_ <= 0xFFFF)) {
    return Violation::length_not_minimal;
  }
  if (is_control(opcode_)) {
    return Violation::none;
  }
  if (frame_bytes_ > max_frame_bytes_) {
    return Violation::frame_too_big;
  }
  if (frame_bytes_ > message_limit() - message_bytes_) {
    return Violation::message_too_big;
  }
  return Violation::none;
}

std::uint64_t FrameParser::message_limit() const {
  const bool has_rsv1 = (std::to_integer<unsigned>(header_[0]) & kRsv1) != 0;
  const bool compressed = opcode_ == Opcode::continuation ? compressed_ : has_rsv1;
  const std::uint64_t allowance = compressed ? max_message_bytes_ / 64 + 64 : 0;
  return max_message_bytes_ + std::min(allowance, UINT64_MAX - max_message_bytes_);
}

void FrameParser::begin_message() {
  in_message_ = true;
  message_opcode_ = opcode_;
  compressed_ = (std::to_integer<unsigned>(header_[0]) & kRsv1) != 0;
}

void FrameParser::end_frame() {
  if (!is_control(opcode_) && fin_) {
    in_message_ = false;
    message_bytes_ = 0;
  }
  header_have_ = 0;
  stage_ = in_message_ ? Stage::header : Stage::between_messages;
}

FrameEvent FrameParser::read_payload(std::span<std::byte>& input, bool frame_begin) {
  const std::size_t size = std::min<std::uint64_t>(input.size(), frame_bytes_ - frame_done_);
  if (size == 0 && !frame_begin) {
    return {};
  }
  const auto payload = input.first(size);
  input = input.subspan(size);
  if (server_) {
    apply_mask(payload, mask_key_, frame_done_);
  }
  const std::uint64_t offset = message_bytes_ - frame_bytes_ + frame_done_;
  frame_done_ += size;
  const bool frame_end = frame_done_ == frame_bytes_;
  const FrameEvent event{.kind = FrameEvent::Kind::data,
                         .opcode = message_opcode_,
                         .compressed = compressed_,
                         .fin = fin_,
                         .frame_begin = frame_begin,
                         .frame_end = frame_end,
                         .message_begin = frame_begin && opcode_ != Opcode::continuation,
                         .message_end = frame_end && fin_,
                         .frame_bytes = frame_bytes_,
                         .payload = payload};
  if (frame_end) {
    end_frame();
  }
  const bool checked = message_opcode_ == Opcode::text && !compressed_;
  return checked ? check_text(event, offset) : event;
}

FrameEvent FrameParser::check_text(FrameEvent event, std::uint64_t offset) {
  const std::size_t size = event.payload.size();
  const std::size_t good = utf8_.consume(event.payload);
  if (good == size && (!event.message_end || utf8_.complete())) {
    return event;
  }
  const auto broken = good < size ? Violation::text_bad_utf8 : Violation::text_cut_short;
  const FrameEvent failure = fail(broken, offset + good);
  if (good == 0 && !event.frame_begin) {
    return failure;
  }
  event.payload = event.payload.first(good);
  event.frame_end = false;
  event.message_end = false;
  return event;
}

FrameEvent FrameParser::read_control(std::span<std::byte>& input) {
  const std::size_t size = frame_bytes_;
  if (frame_done_ == 0 && input.size() >= size) {
    const auto payload = input.first(size);
    input = input.subspan(size);
    return deliver_control(payload);
  }
  if (!split_control_) {
    split_control_ = std::make_unique<ControlPayload>();
  }
  const auto payload = std::span(*split_control_).first(size);
  frame_done_ += take(input, payload.subspan(frame_done_));
  return frame_done_ == size ? deliver_control(payload) : FrameEvent{};
}

FrameEvent FrameParser::deliver_control(std::span<std::byte> payload) {
  if (server_) {
    apply_mask(payload, mask_key_);
  }
  if (opcode_ == Opcode::close) {
    if (const auto status = parse_close_payload(payload); !status) {
      const std::uint64_t code = payload.size() < 2 ? 0
                                                    : std::to_integer<unsigned>(payload[0]) << 8 |
                                                          std::to_integer<unsigned>(payload[1]);
      return fail(status.error(), code);
    }
  }
  end_frame();
  return {.kind = FrameEvent::Kind::control,
          .opcode = opcode_,
          .fin = true,
          .frame_begin = true,
          .frame_end = true,
          .frame_bytes = payload.size(),
          .payload = payload};
}

}  // namespace wskit::wire
