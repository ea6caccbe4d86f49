// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "stats/metric.h"
#include "stats/run_result.h"

namespace wskit::report {

/// RFC 4180 with a header: a row for the measure phase, one for the warm-up if there was any, and
/// one for each interval. Durations are microseconds; a cell without a value is empty. Columns are
/// "counts.ok", "response.p99_us"; with `only`, those of one metric.
[[nodiscard]] std::string write_csv(const stats::RunResult& result,
                                    std::optional<stats::MetricId> only = std::nullopt);

}  // namespace wskit::report
