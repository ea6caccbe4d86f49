// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "stats/metric.h"
#include "stats/run_result.h"

namespace wskit::report {

/// A histogram log: the warm-up under tags such as "warmup.response", then every interval of every
/// metric under the metric's name, and one line for a metric that has no intervals.
[[nodiscard]] std::string write_hlog(const stats::RunResult& result,
                                     std::optional<stats::MetricId> only = std::nullopt);

/// The percentile distribution of one metric in microseconds; empty when the result lacks it.
[[nodiscard]] std::optional<std::string> write_hgrm(const stats::RunResult& result,
                                                    stats::MetricId id);

}  // namespace wskit::report
