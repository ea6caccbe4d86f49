// SPDX-License-Identifier: MIT
#include "report/timestamp.h"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace wskit::report {
namespace {

constexpr unsigned kMinYear = 1970;
constexpr unsigned kMaxYear = 2200;

/// Takes exactly `digits` decimal digits and the character after them off the front.
std::optional<unsigned> take(std::string_view& text, std::size_t digits, char after) {
  if (text.size() <= digits || text[digits] != after) {
    return std::nullopt;
  }
  unsigned value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || rest != text.data() + digits) {
    return std::nullopt;
  }
  text.remove_prefix(digits + 1);
  return value;
}

/// "25Z" -> 250,000,000 ns.
std::optional<std::chrono::nanoseconds> parse_fraction(std::string_view text) {
  constexpr std::size_t kDigits = 9;
  if (!text.ends_with('Z') || text.size() > kDigits + 1) {
    return std::nullopt;
  }
  std::string digits(text.substr(0, text.size() - 1));
  digits.resize(kDigits, '0');
  std::string_view rest = digits += 'Z';
  const auto value = take(rest, kDigits, 'Z');
  return value ? std::optional(std::chrono::nanoseconds(*value)) : std::nullopt;
}

}  // namespace

std::string format_timestamp(stats::WallClock time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<stats::WallClock> parse_timestamp(std::string_view text) {
  const auto year = take(text, 4, '-');
  const auto month = take(text, 2, '-');
  const auto day = take(text, 2, 'T');
  const auto hour = take(text, 2, ':');
  const auto minute = take(text, 2, ':');
  const bool whole = text.size() == 3;
  const auto second = take(text, 2, whole ? 'Z' : '.');
  const auto fraction = whole ? std::chrono::nanoseconds(0) : parse_fraction(text);
  if (!year || !month || !day || !hour || !minute || !second || !fraction) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok() || *year < kMinYear || *year > kMaxYear || *hour > 23 || *minute > 59 ||
      *second > 60) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *fraction;
}

}  // namespace wskit::report
