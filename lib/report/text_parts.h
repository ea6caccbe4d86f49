// SPDX-License-Identifier: MIT
// The sections of text.h, each complete with its headings and ended by a newline.
#pragma once

#include <string>
#include <string_view>

#include "report/terminal.h"
#include "stats/metric.h"
#include "stats/run_result.h"

namespace wskit::report {

[[nodiscard]] std::string heading(std::string_view title, const TextOptions& options);

[[nodiscard]] std::string verdict_text(const stats::RunResult& result, const TextOptions& options);
[[nodiscard]] std::string picture_text(const stats::RunResult& result, stats::MetricId id,
                                       const TextOptions& options);
[[nodiscard]] std::string percentiles_text(const stats::RunResult& result,
                                           const TextOptions& options);
/// Empty for a run without a script.
[[nodiscard]] std::string script_text(const stats::RunResult& result, const TextOptions& options);
/// Empty for a run that is no fan-out.
[[nodiscard]] std::string fanout_text(const stats::RunResult& result, const TextOptions& options);
[[nodiscard]] std::string throughput_text(const stats::RunResult& result,
                                          const TextOptions& options);
[[nodiscard]] std::string connections_text(const stats::RunResult& result,
                                           const TextOptions& options);
[[nodiscard]] std::string errors_text(const stats::RunResult& result, const TextOptions& options);
[[nodiscard]] std::string generator_text(const stats::RunResult& result,
                                         const TextOptions& options);

/// One percentile as it is printed: "≥ " where unanswered messages would change it, a star where
/// fewer than ten samples lie beyond it.
[[nodiscard]] std::string percentile_text(const stats::Percentile& percentile,
                                          const TextOptions& options);

}  // namespace wskit::report
