// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "stats/histogram.h"

namespace wskit::stats {

/// HdrHistogram's percentile distribution text (.hgrm), five lines per halving of the distance to
/// 100 %, as its plotters read it. Values are in microseconds.
[[nodiscard]] std::string write_percentile_distribution(const Histogram& histogram);

}  // namespace wskit::stats
