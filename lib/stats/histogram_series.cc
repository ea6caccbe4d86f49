// SPDX-License-Identifier: MIT
#include "stats/histogram_series.h"

#include "core/check.h"

namespace wskit::stats {

HistogramSeries::HistogramSeries(const HistogramConfig& config)
    : open_{Histogram(config), Histogram(config)}, closed_total_(config) {}

void HistogramSeries::record_elsewhere(std::uint32_t interval, Nanoseconds value) {
  while (current_ < interval) {
    advance();
  }
  if (interval + 1 >= current_) {
    open_[interval % 2].record(value);
    return;
  }
  closed_[interval].record(value);
  closed_total_.record(value);
}

void HistogramSeries::advance() {
  Histogram& leaving = open_[(current_ + 1) % 2];
  if (current_ > 0) {
    closed_.emplace_back(leaving);
    closed_.back().add_to(closed_total_);
    leaving.clear();
  }
  ++current_;
}

CompactHistogram HistogramSeries::at(std::size_t interval) const {
  check(interval < size(), "an interval of a series exists");
  return interval < closed_.size() ? closed_[interval] : CompactHistogram(open_[interval % 2]);
}

Histogram HistogramSeries::total() const {
  Histogram total = closed_total_;
  for (const Histogram& histogram : open_) {
    const auto merged = total.merge(histogram);
    check(merged.has_value(), "the histograms of a series have one configuration");
  }
  return total;
}

}  // namespace wskit::stats
