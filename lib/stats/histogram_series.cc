// SPDX-License-Identifier: MIT
#include "stats/histogram_series.h"

#include <utility>

#include "core/check.h"

namespace wskit::stats {

HistogramSeries::HistogramSeries(const HistogramConfig& config)
    : latest_(config), previous_(config), closed_total_(config) {}

void HistogramSeries::record_elsewhere(std::uint32_t interval, Nanoseconds value) {
  while (current_ < interval) {
    advance();
  }
  if (interval == current_) {
    latest_.record(value);
  } else if (interval + 1 == current_) {
    previous_.record(value);
  } else {
    closed_[interval].record(value);
    closed_total_.record(value);
  }
}

void HistogramSeries::advance() {
  if (current_ > 0) {
    closed_.emplace_back(previous_);
    closed_.back().add_to(closed_total_);
    previous_.clear();
  }
  std::swap(latest_, previous_);
  ++current_;
}

CompactHistogram HistogramSeries::at(std::size_t interval) const {
  check(interval < size(), "an interval of a series exists");
  if (interval < closed_.size()) {
    return closed_[interval];
  }
  return CompactHistogram(interval == current_ ? latest_ : previous_);
}

Histogram HistogramSeries::total() const {
  Histogram total = closed_total_;
  for (const Histogram* const histogram : {&latest_, &previous_}) {
    const auto merged = total.merge(*histogram);
    check(merged.has_value(), "the histograms of a series have one configuration");
  }
  return total;
}

}  // namespace wskit::stats
