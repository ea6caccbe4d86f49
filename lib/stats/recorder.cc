// SPDX-License-Identifier: MIT
#include "stats/recorder.h"

#include <algorithm>
#include <chrono>

#include "core/check.h"

namespace wskit::stats {
namespace {

using Seconds = std::chrono::duration<double>;

/// None where nothing was recorded.
std::optional<Histogram> total_of(const std::vector<CompactHistogram>& intervals,
                                  const HistogramConfig& config) {
  std::optional<Histogram> total;
  for (const CompactHistogram& histogram : intervals) {
    if (!histogram.empty()) {
      histogram.add_to(total ? *total : total.emplace(config));
    }
  }
  return total;
}

}  // namespace

Recorder::Recorder(std::span<const MetricId> metrics, const HistogramConfig& config)
    : config_(config) {
  for (const MetricId id : metrics) {
    series_[static_cast<std::size_t>(id)].emplace(HistogramSeries(config));
  }
}

void Recorder::record_censored(MetricId id, std::uint32_t interval, Nanoseconds waited) {
  auto& series = series_[static_cast<std::size_t>(id)];
  if (!series) {
    return;
  }
  if (interval >= series->censored.size()) {
    series->censored.resize(std::size_t{interval} + 1, CompactHistogram(config_));
  }
  series->censored[interval].record(waited);
}

Counts Recorder::total_counts() const noexcept {
  Counts total;
  for (const Counts& counts : counts_) {
    total += counts;
  }
  return total;
}

Phase Recorder::total() const {
  Phase phase;
  phase.counts = total_counts();
  for (std::size_t i = 0; i < kMetricCount; ++i) {
    if (const auto& series = series_[i]) {
      phase.metrics[static_cast<MetricId>(i)] =
          Metric(series->answered.total(), total_of(series->censored, config_));
    }
  }
  return phase;
}

std::size_t Recorder::size() const noexcept {
  std::size_t size = counts_.size();
  for (const auto& series : series_) {
    size = series ? std::max({size, series->answered.size(), series->censored.size()}) : size;
  }
  return size;
}

CompactHistogram Recorder::answered_at(MetricId id, std::size_t interval) const {
  const auto& series = series_[static_cast<std::size_t>(id)];
  return series && interval < series->answered.size() ? series->answered.at(interval)
                                                      : CompactHistogram(config_);
}

std::vector<IntervalMetric> Recorder::metrics_at(std::size_t interval) const {
  std::vector<IntervalMetric> metrics;
  for (std::size_t i = 0; i < kMetricCount; ++i) {
    const auto& series = series_[i];
    if (!series) {
      continue;
    }
    const CompactHistogram none(config_);
    metrics.push_back(
        {.id = static_cast<MetricId>(i),
         .answered = interval < series->answered.size() ? series->answered.at(interval) : none,
         .censored = interval < series->censored.size() ? series->censored[interval] : none});
  }
  return metrics;
}

std::vector<Interval> Recorder::intervals(Nanoseconds duration, Nanoseconds length) const {
  check(length > Nanoseconds::zero(), "intervals have a length");
  const auto planned = static_cast<std::size_t>((duration + length - Nanoseconds(1)) / length);
  std::vector<Interval> intervals(std::max(planned, size()));
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const Nanoseconds start = length * static_cast<Nanoseconds::rep>(i);
    const Nanoseconds rest = duration - start;
    const bool cut = rest > Nanoseconds::zero() && rest < length;
    intervals[i] = {.start_s = Seconds(start).count(),
                    .length_s = Seconds(cut ? rest : length).count(),
                    .counts = i < counts_.size() ? counts_[i] : Counts{},
                    .metrics = metrics_at(i)};
  }
  return intervals;
}

}  // namespace wskit::stats
