// SPDX-License-Identifier: MIT
#include "relay/frame_cutter.h"

#include <algorithm>
#include <utility>

#include "core/bytes.h"
#include "relay/raw_header.h"

namespace wskit::relay {

bool FrameCutter::read_header(std::span<const std::byte>& input) {
  while (frame_.size() < header_bytes(frame_)) {
    if (input.empty()) {
      return false;
    }
    frame_ += static_cast<char>(input.front());
    input = input.subspan(1);
  }
  begin_frame();
  return true;
}

void FrameCutter::begin_frame() {
  const wire::FrameHeader header = read_raw_header(frame_);
  in_frame_ = true;
  opcode_ = header.opcode;
  fin_ = header.fin;
  left_ = header.payload_bytes;
  if (is_control()) {
    frame_is_long_ = left_ > kMostControlKept;
    return;
  }
  if (opcode_ != wire::Opcode::continuation) {
    message_opcode_ = opcode_;
  }
  const std::size_t kept = frame_.size() + message_.size();
  message_is_long_ =
      message_is_long_ || kept > max_message_bytes_ || left_ > max_message_bytes_ - kept;
  frame_is_long_ = message_is_long_;
}

std::optional<CutUnit> FrameCutter::next(std::span<const std::byte>& input) {
  while (in_frame_ || read_header(input)) {
    const auto taken = input.first(std::min<std::uint64_t>(left_, input.size()));
    frame_ += as_text(taken);
    input = input.subspan(taken.size());
    left_ -= taken.size();
    if (frame_is_long_ && !frame_.empty()) {
      return take_part();
    }
    if (left_ > 0) {
      return std::nullopt;
    }
    if (auto unit = end_frame()) {
      return unit;
    }
  }
  return std::nullopt;
}

CutUnit FrameCutter::take_part() {
  CutUnit unit{.kind = CutUnit::Kind::part};
  if (!is_control()) {
    unit.bytes = std::exchange(message_, {});
  }
  unit.bytes += std::exchange(frame_, {});
  if (left_ == 0) {
    in_frame_ = false;
    unit.ends_message = fin_ && !is_control();
    message_is_long_ = message_is_long_ && !unit.ends_message;
  }
  return unit;
}

std::optional<CutUnit> FrameCutter::end_frame() {
  in_frame_ = false;
  if (is_control()) {
    return CutUnit{
        .kind = CutUnit::Kind::control, .bytes = std::exchange(frame_, {}), .opcode = opcode_};
  }
  message_ += std::exchange(frame_, {});
  if (!fin_) {
    return std::nullopt;
  }
  return CutUnit{.kind = CutUnit::Kind::message,
                 .bytes = std::exchange(message_, {}),
                 .opcode = message_opcode_};
}

std::string FrameCutter::take_rest() {
  return std::exchange(message_, {}) + std::exchange(frame_, {});
}

}  // namespace wskit::relay
