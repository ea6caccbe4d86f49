// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "stats/histogram.h"

namespace wskit::stats {

/// The used slots of a histogram and nothing else: what is kept for each second of a run.
/// Reading and merging are as fast as with Histogram; recording is a binary search.
class CompactHistogram {
 public:
  struct Slot {
    std::uint32_t index;
    std::uint64_t count;
    bool operator==(const Slot&) const = default;
  };

  CompactHistogram() = default;
  explicit CompactHistogram(const HistogramConfig& config) : config_(config) {}
  explicit CompactHistogram(const Histogram& histogram);

  void record(Nanoseconds value);
  /// Adds a slot behind all others; the count must not be zero.
  void append(Slot slot);
  void add_out_of_range(std::uint64_t overflow, std::uint64_t negative) noexcept {
    overflow_ += overflow;
    negative_ += negative;
  }
  [[nodiscard]] Expected<void> merge(const Histogram& other);
  [[nodiscard]] Expected<void> merge(const CompactHistogram& other);

  /// Adds every count to `histogram`, which must have the same configuration.
  void add_to(Histogram& histogram) const;
  [[nodiscard]] Histogram expand() const;

  [[nodiscard]] bool empty() const noexcept { return slots_.empty() && overflow_ + negative_ == 0; }
  [[nodiscard]] const HistogramConfig& config() const noexcept { return config_; }
  /// Ascending by index, no count zero.
  [[nodiscard]] const std::vector<Slot>& slots() const noexcept { return slots_; }
  /// Values within the range.
  [[nodiscard]] std::uint64_t count() const noexcept;
  [[nodiscard]] Nanoseconds max() const;

 private:
  void add(const std::vector<Slot>& other);

  HistogramConfig config_;
  std::vector<Slot> slots_;
  std::uint64_t overflow_ = 0;
  std::uint64_t negative_ = 0;
};

}  // namespace wskit::stats
