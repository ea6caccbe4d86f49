// SPDX-License-Identifier: MIT
#include "http/cookie_date.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/bytes.h"

namespace wskit::http {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

struct Parts {
  std::optional<std::chrono::seconds> time;
  std::optional<unsigned> day;
  std::optional<unsigned> month;
  std::optional<int> year;
};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_delimiter(char c) {
  return !is_digit(c) && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != ':' &&
         static_cast<unsigned char>(c) < 0x7f;
}

/// Takes `least` to `most` digits off the front; a further digit is one too many.
std::optional<int> take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t size = 0;
  int value = 0;
  while (size < text.size() && size < most && is_digit(text[size])) {
    value = value * 10 + (text[size] - '0');
    ++size;
  }
  if (size < least || (size < text.size() && is_digit(text[size]))) {
    return std::nullopt;
  }
  text.remove_prefix(size);
  return value;
}

std::optional<std::chrono::seconds> parse_time(std::string_view token) {
  std::array<int, 3> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0 && !token.starts_with(':')) {
      return std::nullopt;
    }
    token.remove_prefix(i > 0 ? 1 : 0);
    const auto value = take_digits(token, 1, 2);
    if (!value) {
      return std::nullopt;
    }
    fields.at(i) = *value;
  }
  const auto [hour, minute, second] = fields;
  if (hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

std::optional<unsigned> parse_month(std::string_view token) {
  const std::string name = to_lower(token.substr(0, 3));
  const auto* const found = std::ranges::find(kMonths, name);
  return found == kMonths.end()
             ? std::nullopt
             : std::optional(static_cast<unsigned>(found - kMonths.begin()) + 1U);
}

std::optional<int> parse_year(std::string_view token) {
  auto year = take_digits(token, 2, 4);
  if (year && *year < 70) {
    *year += 2000;
  } else if (year && *year < 100) {
    *year += 1900;
  }
  return year;
}

/// A token is the first of these that it can be and that is still missing.
void take_token(std::string_view token, Parts& parts) {
  if (!parts.time) {
    parts.time = parse_time(token);
    if (parts.time) {
      return;
    }
  }
  if (!parts.day) {
    std::string_view rest = token;
    if (const auto day = take_digits(rest, 1, 2)) {
      parts.day = static_cast<unsigned>(*day);
      return;
    }
  }
  if (!parts.month) {
    parts.month = parse_month(token);
    if (parts.month) {
      return;
    }
  }
  if (!parts.year) {
    parts.year = parse_year(token);
  }
}

}  // namespace

std::optional<UnixTime> parse_cookie_date(std::string_view text) {
  Parts parts;
  while (!text.empty()) {
    const auto* const end = std::ranges::find_if(text, is_delimiter);
    const auto size = static_cast<std::size_t>(end - text.begin());
    if (size > 0) {
      take_token(text.substr(0, size), parts);
    }
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  constexpr int kFirstYear = 1601;
  if (!parts.time || !parts.day || !parts.month || !parts.year || *parts.year < kFirstYear) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*parts.year),
                                         std::chrono::month(*parts.month),
                                         std::chrono::day(*parts.day)};
  if (!date.ok()) {
    return std::nullopt;
  }
  return (std::chrono::sys_days(date).time_since_epoch() + *parts.time) / std::chrono::seconds(1);
}

}  // namespace wskit::http
