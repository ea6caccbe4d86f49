// SPDX-License-Identifier: MIT
#include "stats/run_result.h"

#include <algorithm>

namespace wskit::stats {

Expected<void> Phase::merge(const Phase& other) {
  duration_s = std::max(duration_s, other.duration_s);
  counts += other.counts;
  return metrics.merge(other.metrics);
}

}  // namespace wskit::stats
