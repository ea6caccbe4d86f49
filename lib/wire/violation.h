// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "core/error.h"

namespace wskit::wire {

enum class CloseCode : std::uint16_t;

/// A rule of RFC 6455 (or one of our limits) that a peer's frames broke.
enum class Violation : std::uint8_t {
  none,
  reserved_bits,
  reserved_opcode,
  control_fragmented,
  control_too_long,
  masked_by_server,
  unmasked_by_client,
  length_not_minimal,
  length_top_bit,
  continuation_outside_message,
  data_inside_message,
  close_one_byte,
  close_bad_code,
  close_bad_utf8,
  text_bad_utf8,
  text_cut_short,
  frame_too_big,
  message_too_big,
};

inline constexpr std::size_t kViolationCount =
    static_cast<std::size_t>(Violation::message_too_big) + 1;

/// What a violation means: how the failure is counted, the close code that answers it, and the
/// rule with its section. `text` may hold "{0}" for the offending value and "{1}" for a limit.
struct ViolationRule {
  Violation violation;
  ErrorCode error;
  CloseCode close;
  std::string_view text;
};

[[nodiscard]] const ViolationRule& rule(Violation violation);

/// The rule as an Error, with the values put in.
[[nodiscard]] Error to_error(Violation violation, std::uint64_t value = 0, std::uint64_t limit = 0);

}  // namespace wskit::wire
