// SPDX-License-Identifier: MIT
#include "stats/threshold.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/parse.h"
#include "core/units.h"

namespace wskit::stats {
namespace {

// Longer operators first, so that "<=" is not read as "<" and "=1".
constexpr std::array kComparisons{
    std::pair{std::string_view("<="), Comparison::less_or_equal},
    std::pair{std::string_view(">="), Comparison::greater_or_equal},
    std::pair{std::string_view("=="), Comparison::equal},
    std::pair{std::string_view("<"), Comparison::less},
    std::pair{std::string_view(">"), Comparison::greater},
};

constexpr std::array kStatistics{
    std::pair{std::string_view("min"), Statistic::min},
    std::pair{std::string_view("max"), Statistic::max},
    std::pair{std::string_view("mean"), Statistic::mean},
    std::pair{std::string_view("stddev"), Statistic::stddev},
    std::pair{std::string_view("count"), Statistic::count},
};

constexpr std::array kRates{
    std::pair{std::string_view("rate"), &Rates::ok_per_s},
    std::pair{std::string_view("scheduled_per_s"), &Rates::scheduled_per_s},
    std::pair{std::string_view("sent_per_s"), &Rates::sent_per_s},
    std::pair{std::string_view("ok_per_s"), &Rates::ok_per_s},
};

constexpr std::array kConnections{
    std::pair{std::string_view("connections.opened"), ConnectionCount::opened},
    std::pair{std::string_view("connections.failed"), ConnectionCount::failed},
    std::pair{std::string_view("connections.closed_early"), ConnectionCount::closed_early},
};

constexpr std::string_view kFanoutInstead = "--mode fanout (it has each, first, last and spread)";
constexpr std::string_view kReach = "reach";
constexpr std::string_view kDeliveredRate = "delivered_per_s";

template <class Table>
auto find(const Table& table, std::string_view name) {
  using Value = decltype(table[0].second);
  for (const auto& [key, value] : table) {
    if (key == name) {
      return std::optional<Value>(value);
    }
  }
  return std::optional<Value>();
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  const bool starts_with_digit = !text.empty() && text.front() >= '0' && text.front() <= '9';
  return starts_with_digit && error == std::errc{} && rest == end ? std::optional(value)
                                                                  : std::nullopt;
}

/// "p99", "p99.9", and "p99_9" as result files spell it.
std::optional<double> parse_percentile(std::string_view name) {
  if (!name.starts_with('p')) {
    return std::nullopt;
  }
  std::string digits(name.substr(1));
  if (const std::size_t underscore = digits.find('_'); underscore != std::string::npos) {
    digits[underscore] = '.';
  }
  const auto percentile = number(digits);
  return percentile && *percentile <= kPercent ? percentile : std::nullopt;
}

std::optional<MetricSubject> parse_metric(std::string_view name) {
  MetricSubject subject;
  if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
    subject.metric = find_metric(name.substr(0, dot));
    // A dot inside a percentile is no separator: "p99.9".
    if (subject.metric) {
      name.remove_prefix(dot + 1);
    }
  }
  if (const auto percentile = parse_percentile(name)) {
    subject.percentile = *percentile;
    return subject;
  }
  if (const auto statistic = find(kStatistics, name)) {
    subject.statistic = *statistic;
    return subject;
  }
  return std::nullopt;
}

std::optional<StepSubject> parse_step(std::string_view name) {
  constexpr std::string_view kStep = "step.";
  if (!name.starts_with(kStep)) {
    return std::nullopt;
  }
  name.remove_prefix(kStep.size());
  // Names may have dots, and so may percentiles: the first that leaves a statistic ends the name.
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
       dot = name.find('.', dot + 1)) {
    if (auto of = parse_metric(name.substr(dot + 1)); of && !of->metric && dot != 0) {
      return StepSubject{.step = std::string(name.substr(0, dot)), .of = *of};
    }
  }
  return std::nullopt;
}

std::optional<Subject> parse_fanout(std::string_view name) {
  if (name == kReach) {
    return Reach{};
  }
  if (name == kDeliveredRate) {
    return &FanoutResult::delivered_per_s;
  }
  for (const NamedFanoutCount& count : kFanoutCounts) {
    if (count.name == name) {
      return count.member;
    }
  }
  return std::nullopt;
}

std::optional<Subject> parse_subject(std::string_view name) {
  if (auto step = parse_step(name)) {
    return *std::move(step);
  }
  if (const auto metric = parse_metric(name)) {
    return *metric;
  }
  if (name == "errors") {
    return ErrorShare{};
  }
  if (const auto rate = find(kRates, name)) {
    return *rate;
  }
  if (const auto connections = find(kConnections, name)) {
    return *connections;
  }
  for (const NamedCount& count : kCounts) {
    if (count.name == name) {
      return count.member;
    }
  }
  return parse_fanout(name);
}

std::string existing_names() {
  std::vector<std::string_view> metrics;
  metrics.reserve(kMetricCount);
  for (std::size_t i = 0; i < kMetricCount; ++i) {
    metrics.push_back(stats::name(static_cast<MetricId>(i)));
  }
  std::vector<std::string_view> others{"errors"};
  for (const auto& [name, unused] : kRates) {
    others.push_back(name);
  }
  for (const auto& [name, unused] : kConnections) {
    others.push_back(name);
  }
  for (const NamedCount& count : kCounts) {
    others.push_back(count.name);
  }
  others.push_back(kReach);
  others.push_back(kDeliveredRate);
  for (const NamedFanoutCount& count : kFanoutCounts) {
    others.push_back(count.name);
  }
  return fmt::format(
      "pN min max mean stddev count, alone or after one of {} and a dot, or after step.NAME and a "
      "dot; {}",
      fmt::join(metrics, " "), fmt::join(others, " "));
}

std::unexpected<Error> bad_limit(std::string_view expr, std::string_view expected) {
  return fail(ErrorCode::usage, fmt::format("--threshold '{}': {}", expr, expected));
}

Expected<double> parse_share(std::string_view expr, std::string_view text) {
  const bool percent = text.ends_with('%');
  const auto share = number(percent ? text.substr(0, text.size() - 1) : text);
  const double whole = percent ? kPercent : 1;
  if (!share || *share > whole) {
    return bad_limit(expr,
                     "the reach is a share, as in 'reach>=1', or a percentage: 'reach>=99.9%'");
  }
  return *share / whole;
}

Expected<double> parse_limit(const Subject& subject, std::string_view expr, std::string_view text) {
  const auto plain = number(text);
  const std::string_view unit = unit_of(subject);
  if (unit == "us") {
    // A bare number means seconds elsewhere; here it is more often a forgotten "ms".
    const auto duration = parse_duration(text);
    if (!duration || (plain && *plain != 0)) {
      return bad_limit(expr, "a latency needs its unit: ns, us, ms or s, as in 'p99<50ms'");
    }
    return to_microseconds(*duration);
  }
  if (std::holds_alternative<Reach>(subject)) {
    return parse_share(expr, text);
  }
  if (unit == "ratio") {
    const bool percent = text.ends_with('%');
    const auto share = percent ? number(text.substr(0, text.size() - 1)) : plain;
    if (!share || (!percent && *share != 0) || *share > kPercent) {
      return bad_limit(expr,
                       "the share of errors is a percentage, as in 'errors<0.1%'; for "
                       "numbers of messages see 'timeout<5', 'lost==0'");
    }
    return *share / kPercent;
  }
  if (unit == "per_s" && !plain) {
    const auto rate = parse_rate(text);
    return rate ? Expected<double>(*rate)
                : bad_limit(expr, "a rate is a number a second, as in 'rate>9900' or 'rate>9.9k'");
  }
  if (!plain) {
    return bad_limit(expr, "it is compared with a plain number");
  }
  return *plain;
}

bool is_of_fanout(const Subject& subject) {
  return std::holds_alternative<Reach>(subject) ||
         std::holds_alternative<std::uint64_t FanoutResult::*>(subject) ||
         std::holds_alternative<double FanoutResult::*>(subject);
}

}  // namespace

std::string_view unit_of(const Subject& subject) noexcept {
  if (const auto* const metric = std::get_if<MetricSubject>(&subject)) {
    return metric->statistic == Statistic::count ? "count" : "us";
  }
  if (const auto* const step = std::get_if<StepSubject>(&subject)) {
    return step->of.statistic == Statistic::count ? "count" : "us";
  }
  if (std::holds_alternative<ErrorShare>(subject) || std::holds_alternative<Reach>(subject)) {
    return "ratio";
  }
  const bool rate = std::holds_alternative<double Rates::*>(subject) ||
                    std::holds_alternative<double FanoutResult::*>(subject);
  return rate ? "per_s" : "count";
}

Expected<void> check_exists(const Threshold& threshold, const RunKind& run) {
  const auto* const step = std::get_if<StepSubject>(&threshold.subject);
  if (step != nullptr && std::ranges::find(run.steps, step->step) == run.steps.end()) {
    return fail(
        ErrorCode::usage,
        fmt::format("--threshold '{}': {}", threshold.expr,
                    run.steps.empty() ? "there are no steps: they are named in a --script"
                                      : fmt::format("the script has no step '{}'; there are {}",
                                                    step->step, fmt::join(run.steps, ", "))));
  }
  if (!run.fanout && is_of_fanout(threshold.subject)) {
    return fail(ErrorCode::usage,
                fmt::format("--threshold '{}': only --mode fanout has that", threshold.expr));
  }
  const auto* const subject = std::get_if<MetricSubject>(&threshold.subject);
  if (subject == nullptr || !subject->metric) {
    return {};
  }
  std::string_view kind;
  switch (*subject->metric) {
    case MetricId::each:
    case MetricId::first:
    case MetricId::last:
    case MetricId::spread:
      kind = run.fanout ? "" : "a run that is not --mode fanout";
      break;
    case MetricId::service:
      kind = run.fanout ? kFanoutInstead : "";
      break;
    case MetricId::response:
      if (run.fanout) {
        kind = kFanoutInstead;
        break;
      }
      [[fallthrough]];
    case MetricId::send_lag:
    case MetricId::pacer_lag:
    case MetricId::blocked:
      kind = run.model == Model::closed ? "the closed model (it is the open one with --rate)" : "";
      break;
    case MetricId::connect_tls:
      kind = run.tls ? "" : "a run over ws:// (there is no TLS)";
      break;
    default:
      break;
  }
  if (kind.empty()) {
    return {};
  }
  return fail(ErrorCode::usage, fmt::format("--threshold '{}': {} has no {}", threshold.expr, kind,
                                            name(*subject->metric)));
}

Expected<Threshold> parse_threshold(std::string_view expr) {
  Threshold threshold;
  threshold.expr = trim(expr);
  const std::string_view text = threshold.expr;
  const std::size_t at = text.find_first_of("<>=!");
  for (const auto& [sign, comparison] : kComparisons) {
    if (at == std::string_view::npos || !text.substr(at).starts_with(sign)) {
      continue;
    }
    const std::string_view name = trim(text.substr(0, at));
    auto subject = parse_subject(name);
    if (!subject) {
      return fail(ErrorCode::usage,
                  fmt::format("--threshold '{}': '{}' is not measured; there are {}", text, name,
                              existing_names()));
    }
    threshold.subject = *subject;
    threshold.comparison = comparison;
    const auto limit = parse_limit(*subject, text, trim(text.substr(at + sign.size())));
    if (!limit) {
      return std::unexpected(limit.error());
    }
    threshold.limit = *limit;
    return threshold;
  }
  return fail(
      ErrorCode::usage,
      fmt::format("--threshold '{}': compare with < <= > >= or ==, as in 'p99<50ms'", text));
}

}  // namespace wskit::stats
