// SPDX-License-Identifier: MIT
#pragma once

#include "core/json.h"
#include "stats/histogram.h"

namespace wskit::report {

/// A metric as result files have it: counts, percentiles in microseconds, and the histogram itself.
/// `censored` may be null.
[[nodiscard]] Json histogram_json(const stats::Histogram& histogram,
                                  const stats::Histogram* censored = nullptr);

}  // namespace wskit::report
