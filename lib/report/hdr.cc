// SPDX-License-Identifier: MIT
#include "report/hdr.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "stats/hdr_log.h"
#include "stats/hdr_percentiles.h"

namespace wskit::report {
namespace {

using stats::HdrLog;
using stats::Metric;
using stats::MetricId;

double seconds_since_epoch(stats::WallClock time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void add_warmup(HdrLog& log, const stats::Phase& warmup, std::optional<MetricId> only) {
  warmup.metrics.for_each([&](MetricId id, const Metric& metric) {
    if (!only || *only == id) {
      log.lines.push_back({.tag = fmt::format("warmup.{}", name(id)),
                           .start_s = 0,
                           .length_s = warmup.duration_s,
                           .histogram = stats::CompactHistogram(metric.answered())});
    }
  });
}

void add_interval(HdrLog& log, const stats::Interval& interval, double t0,
                  std::optional<MetricId> only) {
  for (const stats::IntervalMetric& metric : interval.metrics) {
    if (!only || *only == metric.id) {
      log.lines.push_back({.tag = std::string(name(metric.id)),
                           .start_s = t0 + interval.start_s,
                           .length_s = interval.length_s,
                           .histogram = metric.answered});
    }
  }
}

bool has_intervals(const stats::RunResult& result, MetricId id) {
  return std::any_of(result.intervals.begin(), result.intervals.end(), [id](const auto& interval) {
    return std::any_of(interval.metrics.begin(), interval.metrics.end(),
                       [id](const auto& metric) { return metric.id == id; });
  });
}

}  // namespace

std::string write_hlog(const stats::RunResult& result, std::optional<MetricId> only) {
  HdrLog log;
  // Readers skip times before zero, so the base is the beginning of the warm-up, not T0.
  const double t0 = result.warmup ? result.warmup->duration_s : 0;
  log.start_s = log.base_s = seconds_since_epoch(result.run.start) - t0;
  if (result.warmup) {
    add_warmup(log, *result.warmup, only);
  }
  result.metrics.for_each([&](MetricId id, const Metric& metric) {
    if ((!only || *only == id) && !has_intervals(result, id)) {
      log.lines.push_back({.tag = std::string(name(id)),
                           .start_s = t0,
                           .length_s = result.run.duration_s,
                           .histogram = stats::CompactHistogram(metric.answered())});
    }
  });
  for (const stats::Interval& interval : result.intervals) {
    add_interval(log, interval, t0, only);
  }
  return stats::write_hdr_log(log);
}

std::optional<std::string> write_hgrm(const stats::RunResult& result, MetricId id) {
  const auto& metric = result.metrics[id];
  if (!metric) {
    return std::nullopt;
  }
  return stats::write_percentile_distribution(metric->answered());
}

}  // namespace wskit::report
