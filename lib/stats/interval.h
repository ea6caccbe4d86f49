// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/error.h"
#include "stats/compact_histogram.h"
#include "stats/counts.h"
#include "stats/metric.h"

namespace wskit::stats {

struct IntervalMetric {
  MetricId id = MetricId::response;
  CompactHistogram answered;
  CompactHistogram censored;
};

/// One step of the time series, cut on the grid of T0. A message belongs to the interval of its
/// scheduled time, however late its answer came.
struct Interval {
  double start_s = 0;   ///< Since T0.
  double length_s = 1;  ///< The last one of a run may be shorter.
  Counts counts;
  std::vector<IntervalMetric> metrics;  ///< At most one of each id, in the order of MetricId.
};

/// Adds interval by interval, as when the threads or the shards of a run become one result. Refuses
/// another grid or another histogram configuration with ErrorCode::usage.
[[nodiscard]] Expected<void> merge(std::vector<Interval>& intervals,
                                   const std::vector<Interval>& other);

}  // namespace wskit::stats
