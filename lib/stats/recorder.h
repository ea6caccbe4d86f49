// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/clock.h"
#include "stats/counts.h"
#include "stats/histogram_series.h"
#include "stats/interval.h"
#include "stats/metric.h"
#include "stats/run_result.h"

namespace wskit::stats {

/// What one thread records during one phase: metrics and counts, in total and per interval on the
/// grid of T0. The interval of a message is that of its scheduled time, (S - T0) / length.
class Recorder {
 public:
  /// Memory for the listed metrics is allocated here: 0.8 MB each with the default configuration.
  explicit Recorder(std::span<const MetricId> metrics, const HistogramConfig& config = {});

  /// A metric that was not listed is ignored: it does not exist in the model of the run.
  void record(MetricId id, std::uint32_t interval, Nanoseconds value) {
    if (auto& series = series_[static_cast<std::size_t>(id)]) {
      series->answered.record(interval, value);
    }
  }
  /// The message was never answered; its value is at least `waited`.
  void record_censored(MetricId id, std::uint32_t interval, Nanoseconds waited);

  /// To be raised by the caller. The reference lives until a later interval is asked for.
  [[nodiscard]] Counts& counts(std::uint32_t interval) {
    if (interval >= counts_.size()) [[unlikely]] {
      counts_.resize(std::size_t{interval} + 1);
    }
    return counts_[interval];
  }

  /// What was answered in one interval; empty when there is no such interval or metric.
  [[nodiscard]] CompactHistogram answered_at(MetricId id, std::size_t interval) const;
  /// Everything so far, all intervals together.
  [[nodiscard]] Phase total() const;
  [[nodiscard]] Counts total_counts() const noexcept;
  /// One after the other from T0 for `duration`, the last one cut at its end; later ones, which
  /// only a broken schedule could fill, keep their full length.
  [[nodiscard]] std::vector<Interval> intervals(Nanoseconds duration, Nanoseconds length) const;

 private:
  struct Series {
    HistogramSeries answered;
    std::vector<CompactHistogram> censored;
  };

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] std::vector<IntervalMetric> metrics_at(std::size_t interval) const;

  HistogramConfig config_;
  std::array<std::optional<Series>, kMetricCount> series_;
  std::vector<Counts> counts_;
};

}  // namespace wskit::stats
