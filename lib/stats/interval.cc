// SPDX-License-Identifier: MIT
#include "stats/interval.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace wskit::stats {
namespace {

constexpr double kSameInstant = 1e-9;

Expected<void> merge_metric(std::vector<IntervalMetric>& metrics, const IntervalMetric& other) {
  const auto place =
      std::lower_bound(metrics.begin(), metrics.end(), other.id,
                       [](const IntervalMetric& metric, MetricId id) { return metric.id < id; });
  if (place == metrics.end() || place->id != other.id) {
    metrics.insert(place, other);
    return {};
  }
  if (const auto merged = place->answered.merge(other.answered); !merged) {
    return merged;
  }
  return place->censored.merge(other.censored);
}

Expected<void> merge_interval(Interval& mine, const Interval& other) {
  if (std::abs(mine.start_s - other.start_s) > kSameInstant) {
    return fail(ErrorCode::usage, fmt::format("intervals of one run that start at {} s and {} s "
                                              "are not on one grid",
                                              mine.start_s, other.start_s));
  }
  mine.length_s = std::max(mine.length_s, other.length_s);
  mine.counts += other.counts;
  for (const IntervalMetric& metric : other.metrics) {
    if (const auto merged = merge_metric(mine.metrics, metric); !merged) {
      return merged;
    }
  }
  return {};
}

}  // namespace

Expected<void> merge(std::vector<Interval>& intervals, const std::vector<Interval>& other) {
  for (std::size_t i = 0; i < other.size(); ++i) {
    if (i == intervals.size()) {
      intervals.push_back(other[i]);
    } else if (const auto merged = merge_interval(intervals[i], other[i]); !merged) {
      return merged;
    }
  }
  return {};
}

}  // namespace wskit::stats
