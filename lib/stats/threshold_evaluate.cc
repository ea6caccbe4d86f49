// SPDX-License-Identifier: MIT
#include "core/units.h"
#include "stats/threshold.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace wskit::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A value, or why there is none; an infinite one says what makes it so.
struct Measured {
  std::optional<double> value;
  std::string reason;
};

std::uint64_t sum(const Causes& causes) {
  return std::accumulate(
      causes.begin(), causes.end(), std::uint64_t{0},
      [](std::uint64_t total, const auto& cause) { return total + cause.second; });
}

/// How many values of a metric never came and rank above all that did.
std::uint64_t infinite_values(MetricId id, const Metric& metric, const RunResult& result) {
  switch (id) {
    case MetricId::service:
      // An iteration that failed has no duration, whatever made it fail.
      return result.counts.unanswered() + (result.script ? result.counts.error_reply : 0);
    case MetricId::response:
      return result.counts.unanswered() + result.counts.unsent + result.counts.dropped_late;
    case MetricId::each:
      return metric.censored_count() + (result.fanout ? result.fanout->unpublished : 0);
    case MetricId::first:
    case MetricId::last:
    case MetricId::spread:
      return metric.censored_count() + result.counts.unsent + result.counts.dropped_late;
    case MetricId::connect_total:
      return sum(result.connections.failed);
    default:
      return metric.censored_count();
  }
}

std::optional<double> micros(std::optional<Nanoseconds> value) {
  if (!value) {
    return kInfinity;
  }
  return to_microseconds(*value);
}

double statistic_of(const Metric& metric, const MetricSubject& subject, std::uint64_t infinite) {
  const Histogram& answered = metric.answered();
  const bool whole = infinite + answered.overflow() == 0;
  switch (subject.statistic) {
    case Statistic::percentile:
      return *micros(metric.ranked_percentile(subject.percentile, infinite));
    case Statistic::min:
      return *micros(metric.ranked_percentile(0, infinite));
    case Statistic::max:
      return *micros(metric.ranked_percentile(100, infinite));
    case Statistic::mean:
      return whole ? answered.mean() / kNanosecondsPerMicrosecond : kInfinity;
    case Statistic::stddev:
      return whole ? answered.stddev() / kNanosecondsPerMicrosecond : kInfinity;
    case Statistic::count:
      break;
  }
  return static_cast<double>(answered.count() + answered.overflow());
}

Measured measure(const Metric& metric, std::string_view name, const MetricSubject& subject,
                 std::uint64_t infinite) {
  const std::uint64_t values = metric.answered().count() + metric.answered().overflow() + infinite;
  if (values == 0 && subject.statistic != Statistic::count) {
    return {.value = std::nullopt, .reason = fmt::format("{} has no values", name)};
  }
  const double value = statistic_of(metric, subject, infinite);
  if (std::isinf(value)) {
    return {
        .value = value,
        .reason = fmt::format("infinite: {} of {} values of {} never came or are above its range",
                              infinite + metric.answered().overflow(), values, name)};
  }
  return {.value = value, .reason = {}};
}

Measured measure(const StepSubject& subject, const RunResult& result) {
  if (result.script) {
    const auto& steps = result.script->steps;
    const auto step = std::ranges::find(steps, subject.step, &StepResult::name);
    if (step != steps.end()) {
      return measure(step->metric, "step " + subject.step, subject.of,
                     step->metric.censored_count());
    }
  }
  return {.value = std::nullopt, .reason = fmt::format("there is no step {}", subject.step)};
}

Measured measure(const MetricSubject& subject, const RunResult& result) {
  const MetricId id = subject.metric.value_or(headline(result));
  const auto& metric = result.metrics[id];
  if (!metric) {
    return {.value = std::nullopt,
            .reason = fmt::format(
                "this run has no {}: it does not exist in its model or for its URL", name(id))};
  }
  return measure(*metric, name(id), subject, infinite_values(id, *metric, result));
}

Measured measure(ErrorShare /*subject*/, const RunResult& result) {
  if (result.counts.scheduled == 0) {
    return {.value = std::nullopt, .reason = "no message was scheduled"};
  }
  return {.value = static_cast<double>(result.counts.errors()) /
                   static_cast<double>(result.counts.scheduled),
          .reason = {}};
}

Measured measure(double Rates::* rate, const RunResult& result) {
  return {.value = result.rates.*rate, .reason = {}};
}

Measured measure(std::uint64_t Counts::* count, const RunResult& result) {
  return {.value = static_cast<double>(result.counts.*count), .reason = {}};
}

Measured measure(ConnectionCount count, const RunResult& result) {
  const Connections& connections = result.connections;
  std::uint64_t value = connections.opened;
  if (count == ConnectionCount::failed) {
    value = sum(connections.failed);
  } else if (count == ConnectionCount::closed_early) {
    value = sum(connections.closed_early);
  }
  return {.value = static_cast<double>(value), .reason = {}};
}

constexpr std::string_view kNoFanout = "this run published to nobody: it is no fan-out";

Measured measure(Reach /*subject*/, const RunResult& result) {
  if (!result.fanout || result.fanout->expected == 0) {
    return {.value = std::nullopt,
            .reason = std::string(result.fanout ? "no delivery was expected" : kNoFanout)};
  }
  return {.value = static_cast<double>(result.fanout->delivered) /
                   static_cast<double>(result.fanout->expected),
          .reason = {}};
}

template <class Member>
Measured measure(Member FanoutResult::* member, const RunResult& result) {
  if (!result.fanout) {
    return {.value = std::nullopt, .reason = std::string(kNoFanout)};
  }
  return {.value = static_cast<double>((*result.fanout).*member), .reason = {}};
}

bool holds(double value, Comparison comparison, double limit) {
  switch (comparison) {
    case Comparison::less:
      return value < limit;
    case Comparison::less_or_equal:
      return value <= limit;
    case Comparison::greater:
      return value > limit;
    case Comparison::greater_or_equal:
      return value >= limit;
    case Comparison::equal:
      break;
  }
  return value == limit;
}

}  // namespace

ThresholdResult evaluate(const Threshold& threshold, const RunResult& result) {
  const Measured measured = std::visit(
      [&result](const auto& subject) { return measure(subject, result); }, threshold.subject);
  const bool finite = measured.value && std::isfinite(*measured.value);
  return {.expr = threshold.expr,
          .value = finite ? measured.value : std::nullopt,
          .unit = std::string(unit_of(threshold.subject)),
          .ok = measured.value && holds(*measured.value, threshold.comparison, threshold.limit),
          .reason = measured.reason};
}

}  // namespace wskit::stats
