// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace wskit::broker {

/// Where a message stands in its engine's order. Only positions of one partition have an order;
/// what the numbers mean is the engine's own affair (a sequence, a stream id, a partition's
/// offset).
struct Position {
  std::uint32_t partition = 0;
  std::uint64_t major = 0;
  std::uint64_t minor = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

/// What somebody has seen of an engine: everything up to one position in each of some partitions.
/// Its epoch names one life of the engine's memory; cursors of different epochs have nothing to do
/// with each other. To everything above lib/broker it is opaque: text for the peer, and the
/// questions below.
class Cursor {
 public:
  static constexpr std::size_t kMaxPartitions = 256;

  Cursor() = default;
  explicit Cursor(std::uint64_t epoch) : epoch_(epoch) {}
  Cursor(std::uint64_t epoch, const Position& position) : epoch_(epoch), seen_{position} {}

  /// The inverse of text(). Fails with ErrorCode::usage for everything that text() never writes.
  [[nodiscard]] static Expected<Cursor> parse(std::string_view text);

  /// base64url without padding; equal cursors have equal texts. "0" and "" are the text of none.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

  /// One for each partition that something was seen of, by partition.
  [[nodiscard]] const std::vector<Position>& positions() const { return seen_; }

  /// Whether a message of the same epoch has been seen.
  [[nodiscard]] bool covers(const Position& position) const;

  /// Whether all has been seen that the other one has; never across epochs.
  [[nodiscard]] bool covers(const Cursor& other) const;

  /// Has seen this position too, and all before it in its partition.
  void advance(const Position& position);

  /// Has seen what either has seen; both of one epoch.
  void advance(const Cursor& other);

  friend bool operator==(const Cursor&, const Cursor&) = default;

 private:
  std::uint64_t epoch_ = 0;
  std::vector<Position> seen_;  // by partition, each once
};

/// The text of Cursor(epoch, position), without the cursor: what each message carries.
[[nodiscard]] std::string cursor_text(std::uint64_t epoch, const Position& position);

}  // namespace wskit::broker
