// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "wire/frame.h"

namespace wskit::relay {

/// What passes as one: a message with all its frames, or a control frame.
struct CutUnit {
  enum class Kind : std::uint8_t {
    message,
    control,
    part,  // of a message that is too long to be kept, as it comes
  };
  Kind kind = Kind::message;
  /// As they came.
  std::string bytes;
  wire::Opcode opcode = wire::Opcode::continuation;
  /// Of a part: the message ends with it.
  bool ends_message = false;
};

/// Cuts one direction of a WebSocket into messages and control frames. Judges nothing: whatever
/// comes is given out, byte for byte.
class FrameCutter {
 public:
  static constexpr std::size_t kMostKept = std::size_t{64} << 20;

  /// Keeps messages up to this size; with 0 none at all: all come in parts.
  explicit FrameCutter(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  /// The next one, whose bytes are taken off `input`; nothing until more comes. A control frame
  /// within a message comes before the message.
  [[nodiscard]] std::optional<CutUnit> next(std::span<const std::byte>& input);
  /// What was kept of one that did not come whole.
  [[nodiscard]] std::string take_rest();
  /// What was given out last is not the end of its frame or message.
  [[nodiscard]] bool is_within_part() const {
    return message_is_long_ || (in_frame_ && frame_is_long_);
  }

 private:
  [[nodiscard]] bool read_header(std::span<const std::byte>& input);
  void begin_frame();
  [[nodiscard]] CutUnit take_part();
  [[nodiscard]] std::optional<CutUnit> end_frame();
  [[nodiscard]] bool is_control() const { return wire::is_control(opcode_); }

  /// Control frames are short; one that is not is no more than bytes.
  static constexpr std::size_t kMostControlKept = std::size_t{64} << 10;

  std::size_t max_message_bytes_;
  bool in_frame_ = false;
  wire::Opcode opcode_ = wire::Opcode::continuation;
  bool fin_ = false;
  /// Of the frame's payload, still to come.
  std::uint64_t left_ = 0;
  std::string frame_;
  bool frame_is_long_ = false;
  /// The message's earlier frames.
  std::string message_;
  wire::Opcode message_opcode_ = wire::Opcode::continuation;
  bool message_is_long_ = false;
};

}  // namespace wskit::relay
