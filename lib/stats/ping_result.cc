// SPDX-License-Identifier: MIT
#include "stats/ping_result.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/parse.h"
#include "core/units.h"

namespace wskit::stats {
namespace {

using PingStatistic = RoundTripLimit::Statistic;
using Days = std::chrono::days;

constexpr double kAll = 100;

std::optional<double> parse_percent(std::string_view name) {
  double percent = 0;
  const char* const end = name.data() + name.size();
  if (name.size() < 2 || name.front() != 'p') {
    return std::nullopt;
  }
  const auto [rest, error] =
      std::from_chars(name.data() + 1, end, percent, std::chars_format::fixed);
  const bool sound = error == std::errc{} && rest == end && percent > 0 && percent <= kAll;
  return sound ? std::optional(percent) : std::nullopt;
}

bool set_statistic(std::string_view name, RoundTripLimit& limit) {
  if (name == "min" || name == "max") {
    limit.statistic = name == "min" ? PingStatistic::min : PingStatistic::max;
    return true;
  }
  if (name == "avg" || name == "mean") {
    limit.statistic = PingStatistic::mean;
    return true;
  }
  const auto percent = parse_percent(name);
  limit.statistic = PingStatistic::percentile;
  limit.percent = percent.value_or(0);
  return percent.has_value();
}

/// Nothing where it is infinite.
std::optional<Nanoseconds> value_of(const RoundTripLimit& limit, const RoundTrips& trips) {
  const bool some_lost = trips.lost_count() != 0;
  if (trips.answered_count() == 0) {
    return std::nullopt;
  }
  switch (limit.statistic) {
    case PingStatistic::min:
      return trips.min();
    case PingStatistic::mean:
      return some_lost ? std::nullopt : std::optional(trips.mean());
    case PingStatistic::percentile:
      return trips.percentile_of_all(limit.percent);
    case PingStatistic::every:
    case PingStatistic::max:
      break;
  }
  return some_lost ? std::nullopt : std::optional(trips.max());
}

}  // namespace

void RoundTrips::answered(Nanoseconds time) {
  histogram_.record(std::min(time, histogram_.config().highest));
  min_ = std::min(min_, time);
  max_ = std::max(max_, time);
  sum_ += time;
}

Nanoseconds RoundTrips::mean() const {
  const auto count = static_cast<Nanoseconds::rep>(answered_count());
  return count == 0 ? Nanoseconds(0) : sum_ / count;
}

Nanoseconds RoundTrips::percentile(double percent) const {
  // A bucket's bound may lie beyond what was measured.
  return std::clamp(histogram_.value_at_percentile(percent), min(), max());
}

std::optional<Nanoseconds> RoundTrips::percentile_of_all(double percent) const {
  const std::uint64_t rank = nearest_rank(percent, answered_count() + lost_);
  if (rank == 0 || rank > answered_count()) {
    return std::nullopt;
  }
  return std::clamp(histogram_.value_at_rank(rank), min(), max());
}

Expected<RoundTripLimit> parse_round_trip_limit(std::string_view text) {
  RoundTripLimit limit{.expr = std::string(text)};
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && !set_statistic(text.substr(0, colon), limit)) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not a limit; write 50ms for every round trip, or avg:20ms, "
                            "p99:50ms, min: or max:",
                            text));
  }
  const auto duration =
      parse_duration(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!duration) {
    return std::unexpected(duration.error());
  }
  limit.limit = *duration;
  return limit;
}

PingCheck check_limit(const RoundTripLimit& limit, const RoundTrips& trips) {
  const auto value = value_of(limit, trips);
  PingCheck check{.expr = limit.expr, .value = std::nullopt, .unit = "us"};
  if (value) {
    check.value = to_microseconds(*value);
    check.ok = *value <= limit.limit;
  }
  return check;
}

PingCheck check_expiry(const std::vector<ShownCertificate>& chain, std::uint32_t days,
                       std::chrono::sys_seconds now) {
  PingCheck check{.expr = fmt::format("expiry:{}", days), .value = std::nullopt, .unit = "days"};
  const auto first = std::ranges::min_element(chain, {}, &ShownCertificate::not_after);
  if (first != chain.end()) {
    check.value = static_cast<double>(days_left(*first, now));
    check.ok = first->not_after - now > Days(days);
  }
  return check;
}

std::int64_t days_left(const ShownCertificate& certificate, std::chrono::sys_seconds now) {
  return std::chrono::floor<Days>(certificate.not_after - now).count();
}

}  // namespace wskit::stats
