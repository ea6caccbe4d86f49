// SPDX-License-Identifier: MIT
#include "stats/run_result.h"

namespace wskit::stats {

Expected<void> Phase::merge(const Phase& other) {
  counts += other.counts;
  return metrics.merge(other.metrics);
}

}  // namespace wskit::stats
