// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/clock.h"
#include "core/error.h"

namespace wskit::stats {

/// Range and precision of a histogram. Values are nanoseconds: three significant digits at 1 us
/// need steps of 1 ns, and recording them as they come costs no division.
struct HistogramConfig {
  Nanoseconds lowest{1};                        ///< Smallest difference told apart, >= 1 ns.
  Nanoseconds highest = std::chrono::hours(1);  ///< Larger values are counted as overflow.
  int digits = 3;                               ///< Significant decimal digits kept, 1 to 5.

  bool operator==(const HistogramConfig&) const = default;
};

/// Fails with ErrorCode::usage and the permitted ranges.
[[nodiscard]] Expected<void> validate(const HistogramConfig& config);

/// HdrHistogram's log-linear index: value -> slot, exactly as its libraries number the slots.
/// Bucket 0 covers [0, 2 * row_length) units in steps of one; each further bucket doubles range
/// and step and needs only its upper half, called a row here.
class HistogramLayout {
 public:
  /// A row for each bit of a value is more than any configuration needs.
  static constexpr std::uint32_t kMaxRows = 64;

  /// `config` must be valid: a broken one is a bug of the caller.
  explicit HistogramLayout(const HistogramConfig& config);

  /// Slot of a value; meaningful for value <= config.highest, otherwise possibly >= length().
  [[nodiscard]] std::uint32_t index_of(std::uint64_t value) const noexcept {
    const auto bucket =
        static_cast<unsigned>(bucket_base_ - std::countl_zero(value | bucket_0_ | 1));
    const auto in_bucket = static_cast<std::uint32_t>(value >> (bucket + unit_magnitude_));
    return (bucket << row_magnitude_) + in_bucket;
  }

  /// The smallest and the largest value that share a slot, and the one HdrHistogram calls median.
  [[nodiscard]] std::uint64_t lowest_at(std::uint32_t index) const noexcept;
  [[nodiscard]] std::uint64_t highest_at(std::uint32_t index) const noexcept;
  [[nodiscard]] std::uint64_t middle_at(std::uint32_t index) const noexcept;

  [[nodiscard]] std::uint32_t row_of(std::uint32_t index) const noexcept {
    return index >> row_magnitude_;
  }
  [[nodiscard]] std::uint32_t row_length() const noexcept { return 1U << row_magnitude_; }
  [[nodiscard]] std::uint32_t length() const noexcept { return length_; }

 private:
  [[nodiscard]] unsigned shift_at(std::uint32_t index) const noexcept;

  int bucket_base_ = 0;
  unsigned unit_magnitude_ = 0;
  unsigned row_magnitude_ = 0;
  std::uint32_t length_ = 0;
  std::uint64_t bucket_0_ = 0;
};

}  // namespace wskit::stats
