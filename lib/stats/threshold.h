// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.h"
#include "stats/counts.h"
#include "stats/metric.h"
#include "stats/run_result.h"

namespace wskit::stats {

enum class Comparison : std::uint8_t { less, less_or_equal, greater, greater_or_equal, equal };

enum class Statistic : std::uint8_t { percentile, min, max, mean, stddev, count };

/// "p99", "service.max": without a metric, that of the run's headline().
struct MetricSubject {
  std::optional<MetricId> metric;
  Statistic statistic = Statistic::percentile;
  double percentile = 0;
};

/// "step.login.p99": of a script's named step.
struct StepSubject {
  std::string step;
  MetricSubject of;  ///< Without its metric.
};

/// "errors": their share of all scheduled messages.
struct ErrorShare {};

/// "reach": the share of all expected deliveries that came.
struct Reach {};

enum class ConnectionCount : std::uint8_t { opened, failed, closed_early };

using Subject =
    std::variant<MetricSubject, StepSubject, ErrorShare, double Rates::*, std::uint64_t Counts::*,
                 ConnectionCount, Reach, std::uint64_t FanoutResult::*, double FanoutResult::*>;

/// A condition on a result: "p99<50ms", "errors<0.1%", "rate>9900", "connect_tls.p95<20ms",
/// "timeout==0".
struct Threshold {
  std::string expr;
  Subject subject;
  Comparison comparison = Comparison::less;
  double limit = 0;  ///< Microseconds, a share, a rate per second or a count, as the subject is.
};

/// Fails with ErrorCode::usage and the names, operators or units that exist.
[[nodiscard]] Expected<Threshold> parse_threshold(std::string_view expr);

/// What is known of a run before it begins.
struct RunKind {
  Model model = Model::closed;
  bool tls = false;
  bool fanout = false;
  std::vector<std::string> steps;
};

/// Fails with ErrorCode::usage when no run of this kind has the metric or the step that the
/// threshold is about.
[[nodiscard]] Expected<void> check_exists(const Threshold& threshold, const RunKind& run);

/// Latencies are ranked with every timeout, lost and corrupted message as infinite, `response`
/// with every unsent and dropped one too, `connect_total` with every connection that failed, steps
/// and `service` of a script with every iteration that failed in them; in a fan-out `each` with
/// every delivery that did not come, `first`, `last` and `spread` with every message that has none.
/// What has no value fails, with the reason.
[[nodiscard]] ThresholdResult evaluate(const Threshold& threshold, const RunResult& result);

/// "us", "ratio", "per_s" or "count".
[[nodiscard]] std::string_view unit_of(const Subject& subject) noexcept;

}  // namespace wskit::stats
