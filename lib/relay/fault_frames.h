// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "relay/fault_dice.h"
#include "wire/frame.h"

namespace wskit::relay {

/// A message without its frames.
struct PlainMessage {
  wire::Opcode opcode = wire::Opcode::text;
  /// RSV1 of its first frame.
  bool compressed = false;
  std::string payload;
};

/// Of a message's, or a control frame's, bytes as they came.
[[nodiscard]] PlainMessage unpack(std::string_view frames);

/// Writes frames as one end of a connection does, or as it must not.
class FaultFrames {
 public:
  /// A client's frames are masked.
  FaultFrames(bool masked, FaultDice dice) : masked_(masked), dice_(dice) {}

  /// `header` has no mask and no length yet.
  [[nodiscard]] std::string frame(wire::FrameHeader header, std::string_view payload);
  /// Of any code, or of none; the reason needs a code.
  [[nodiscard]] std::string close(const std::optional<std::uint64_t>& code,
                                  std::string_view reason);
  [[nodiscard]] std::string pings(std::uint64_t count);
  [[nodiscard]] std::string zeros(std::uint64_t bytes);
  /// Compressed; inflates to at least so many bytes, without what came before.
  [[nodiscard]] std::string bomb(std::uint64_t bytes);

  [[nodiscard]] std::string whole(const PlainMessage& message);
  [[nodiscard]] std::string fragments(const PlainMessage& message, std::uint64_t frame_bytes);
  /// Two fragments with a whole message between them.
  [[nodiscard]] std::string interleaved(const PlainMessage& message);
  /// Masked where it must not be, and the other way round.
  [[nodiscard]] std::string wrongly_masked(const PlainMessage& message);
  [[nodiscard]] std::string with_reserved_bit(const PlainMessage& message, std::uint64_t bit);
  /// The shortest form that is wider than need be, of `form` or of 64 bits; "huge" is 2^63 and what
  /// there is.
  [[nodiscard]] std::string with_bad_length(const PlainMessage& message, std::string_view form);

 private:
  bool masked_;
  FaultDice dice_;
};

/// Turns `bits` of the payload round, each at a place of chance.
void corrupt(PlainMessage& message, std::uint64_t bits, FaultDice& dice);

}  // namespace wskit::relay
