// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/terminal.h"
#include "stats/metric.h"
#include "stats/run_result.h"

namespace wskit::report {

/// A result for a tired reader: verdict first, then latency with a picture of its distribution,
/// throughput, connections, errors by cause, and how busy the generator was. Each line ends with a
/// newline. `metric` is drawn instead of the headline of the model; if it is absent from the
/// result, the text says so.
[[nodiscard]] std::string write_text(const stats::RunResult& result, const TextOptions& options,
                                     std::optional<stats::MetricId> metric = std::nullopt);

/// The thresholds that do not hold, each as "p99<1ms does not hold: 3.2 ms", in ASCII.
[[nodiscard]] std::vector<std::string> broken_thresholds(const stats::RunResult& result);

}  // namespace wskit::report
