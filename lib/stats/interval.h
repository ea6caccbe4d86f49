// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

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

}  // namespace wskit::stats
