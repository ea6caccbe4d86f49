// SPDX-License-Identifier: MIT
#include "report/text.h"

#include <algorithm>

#include "report/text_parts.h"

namespace wskit::report {

std::string heading(std::string_view title, const TextOptions& options) {
  return "\n" + paint(wrap(title, options.width, 0), Style::bold, options) + "\n";
}

std::string write_text(const stats::RunResult& result, const TextOptions& options,
                       std::optional<stats::MetricId> metric) {
  constexpr std::size_t kMinWidth = 60;
  TextOptions shown = options;
  shown.width = std::max(shown.width, kMinWidth);
  return verdict_text(result, shown) +
         picture_text(result, metric.value_or(stats::headline(result)), shown) +
         percentiles_text(result, shown) + script_text(result, shown) + fanout_text(result, shown) +
         throughput_text(result, shown) + connections_text(result, shown) +
         errors_text(result, shown) + generator_text(result, shown);
}

}  // namespace wskit::report
