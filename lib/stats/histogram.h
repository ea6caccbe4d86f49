// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "stats/histogram_layout.h"

namespace wskit::stats {

/// Counts of durations in HdrHistogram's buckets. Its memory is allocated once (270 KB by
/// default); recording is a few instructions and merging is exact, bucket by bucket.
/// min, max and percentiles are bucket bounds, so they survive writing and reading unchanged.
class Histogram {
 public:
  explicit Histogram(const HistogramConfig& config = {});

  void record(Nanoseconds value) noexcept {
    const auto unsigned_value = static_cast<std::uint64_t>(value.count());
    if (unsigned_value > highest_) [[unlikely]] {
      record_out_of_range(value);
      return;
    }
    const std::uint32_t index = layout_.index_of(unsigned_value);
    ++counts_[index];
    ++count_;
    touched_rows_[layout_.row_of(index)] = true;
  }

  /// Adds `count` values at a slot of the layout; the slot must exist.
  void add_at(std::uint32_t index, std::uint64_t count);
  void add_out_of_range(std::uint64_t overflow, std::uint64_t negative) noexcept {
    overflow_ += overflow;
    negative_ += negative;
  }

  /// Adds every count of `other`; refuses another configuration with ErrorCode::usage.
  [[nodiscard]] Expected<void> merge(const Histogram& other);
  void clear() noexcept;

  /// Values recorded within the range.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// Values above config().highest: in no bucket, in no percentile.
  [[nodiscard]] std::uint64_t overflow() const noexcept { return overflow_; }
  /// Values below zero (clocks of two hosts that disagree): in no bucket, in no percentile.
  [[nodiscard]] std::uint64_t negative() const noexcept { return negative_; }
  [[nodiscard]] const HistogramConfig& config() const noexcept { return config_; }
  [[nodiscard]] const HistogramLayout& layout() const noexcept { return layout_; }

  /// All zero while empty. Lowest value of the first bucket in use, highest of the last one.
  [[nodiscard]] Nanoseconds min() const noexcept;
  [[nodiscard]] Nanoseconds max() const noexcept;
  /// Mean and population standard deviation of the bucket middles, in nanoseconds.
  [[nodiscard]] double mean() const noexcept;
  [[nodiscard]] double stddev() const noexcept;

  /// The highest value equivalent to that of rank 1..count() in ascending order.
  [[nodiscard]] Nanoseconds value_at_rank(std::uint64_t rank) const noexcept;
  /// Nearest rank of `percentile` in [0, 100]; 0 gives min().
  [[nodiscard]] Nanoseconds value_at_percentile(double percentile) const noexcept;
  /// How many values share the slot of `value`.
  [[nodiscard]] std::uint64_t count_at(Nanoseconds value) const noexcept;

  /// Calls visit(index, count) for each slot in use, in ascending order.
  template <class Visitor>
  void for_each_slot(Visitor visit) const {
    any_slot([&visit](std::uint32_t index, std::uint64_t count) {
      visit(index, count);
      return false;
    });
  }
  /// Likewise until stop(index, count) is true; whether it ever was.
  template <class Stop>
  bool any_slot(Stop stop) const;

 private:
  void record_out_of_range(Nanoseconds value) noexcept;
  template <class Stop>
  bool any_slot_in_row(std::uint32_t row, Stop& stop) const;

  HistogramConfig config_;
  HistogramLayout layout_;
  std::uint64_t highest_;
  std::uint64_t count_ = 0;
  std::uint64_t overflow_ = 0;
  std::uint64_t negative_ = 0;
  // So that reading, merging and clearing skip the rows that were never used.
  std::array<bool, HistogramLayout::kMaxRows> touched_rows_{};
  std::vector<std::uint64_t> counts_;
};

/// The rank of the percentile p among n values, 1..n (0 when n is 0): ceil(p / 100 * n).
[[nodiscard]] std::uint64_t nearest_rank(double percentile, std::uint64_t n) noexcept;

template <class Stop>
bool Histogram::any_slot(Stop stop) const {
  for (std::uint32_t row = 0; row < touched_rows_.size(); ++row) {
    if (touched_rows_[row] && any_slot_in_row(row, stop)) {
      return true;
    }
  }
  return false;
}

template <class Stop>
bool Histogram::any_slot_in_row(std::uint32_t row, Stop& stop) const {
  const std::uint32_t end = (row + 1) * layout_.row_length();
  for (std::uint32_t index = row * layout_.row_length(); index < end; ++index) {
    if (counts_[index] != 0 && stop(index, counts_[index])) {
      return true;
    }
  }
  return false;
}

}  // namespace wskit::stats
