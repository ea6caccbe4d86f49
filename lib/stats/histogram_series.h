// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "stats/compact_histogram.h"
#include "stats/histogram.h"

namespace wskit::stats {

/// One histogram an interval, and their sum, for one recording of each value. The two latest
/// intervals are as cheap to record into as a Histogram; older ones are kept compact, so that a
/// straggler costs a search and an hour of seconds costs megabytes, not gigabytes.
class HistogramSeries {
 public:
  explicit HistogramSeries(const HistogramConfig& config = {});

  /// Intervals count from 0 and may come in any order.
  void record(std::uint32_t interval, Nanoseconds value) {
    if (interval == current_) [[likely]] {
      latest_.record(value);
      return;
    }
    record_elsewhere(interval, value);
  }

  /// One more than the latest interval recorded into, at least 1.
  [[nodiscard]] std::size_t size() const noexcept { return std::size_t{current_} + 1; }
  [[nodiscard]] CompactHistogram at(std::size_t interval) const;
  [[nodiscard]] Histogram total() const;

 private:
  void record_elsewhere(std::uint32_t interval, Nanoseconds value);
  void advance();

  std::uint32_t current_ = 0;
  Histogram latest_;    // of interval current_
  Histogram previous_;  // of the one before it
  // Interval i at index i: all that came before these two.
  std::vector<CompactHistogram> closed_;
  Histogram closed_total_;
};

}  // namespace wskit::stats
