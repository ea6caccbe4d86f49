// SPDX-License-Identifier: MIT
#include "session/backoff.h"

#include <algorithm>
#include <ctime>
#include <string>

#include "core/parse.h"

namespace wskit::session {
namespace {

constexpr Nanoseconds kLongest = std::chrono::hours(24);

/// IMF-fixdate, the one form that is generated (RFC 9110 5.6.7).
std::optional<std::time_t> parse_date(std::string_view text) {
  std::tm date{};
  const std::string terminated(text);
  const char* const end = ::strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') {
    return std::nullopt;
  }
  return ::timegm(&date);
}

std::optional<Nanoseconds> until_date(std::string_view date, const wire::HttpResponse& response) {
  const auto then = parse_date(date);
  const auto sent = response.headers.get("Date");
  const auto now = sent ? parse_date(*sent) : std::nullopt;
  if (!then || !now) {
    return std::nullopt;
  }
  return std::chrono::seconds(std::max<std::time_t>(*then - *now, 0));
}

}  // namespace

std::optional<Nanoseconds> Backoff::next(std::optional<Nanoseconds> retry_after) {
  if (attempts_ >= policy_.attempts) {
    return std::nullopt;
  }
  Nanoseconds delay = policy_.first_delay;
  for (std::uint32_t i = 0; i < attempts_ && delay < policy_.max_delay; ++i) {
    delay *= 2;
  }
  delay = std::min(delay, policy_.max_delay);
  ++attempts_;
  std::uniform_real_distribution<double> jitter(0.5, 1.0);
  const Nanoseconds wait(
      static_cast<Nanoseconds::rep>(static_cast<double>(delay.count()) * jitter(random_)));
  return std::max(wait, retry_after.value_or(Nanoseconds(0)));
}

bool may_recover(const ConnectionEnd& end) {
  if (!end.error) {
    return end.by_peer && end.close_code != wire::CloseCode::normal;
  }
  switch (end.error->code) {
    case ErrorCode::usage:
    case ErrorCode::bad_url:
    case ErrorCode::unreadable_file:
    case ErrorCode::tls_certificate:
    case ErrorCode::upgrade_bad_accept:
    case ErrorCode::upgrade_bad_subprotocol:
    case ErrorCode::upgrade_bad_extension:
    case ErrorCode::upgrade_not_http:
    case ErrorCode::too_big:
      return false;
    case ErrorCode::upgrade_http_status:
      return end.http_status >= 500 || end.http_status == 408 || end.http_status == 425 ||
             end.http_status == 429;
    default:
      return true;
  }
}

std::optional<Nanoseconds> retry_after(const wire::HttpResponse& response) {
  const auto value = response.headers.get("Retry-After");
  if (!value) {
    return std::nullopt;
  }
  const auto longest = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(kLongest).count());
  if (value->find_first_not_of("0123456789") == std::string_view::npos && !value->empty()) {
    const auto seconds = parse_integer(*value, 0, longest);
    return seconds ? Nanoseconds(std::chrono::seconds(*seconds)) : kLongest;
  }
  const auto wait = until_date(*value, response);
  return wait ? std::optional(std::min(*wait, kLongest)) : std::nullopt;
}

}  // namespace wskit::session
