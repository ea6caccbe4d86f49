// SPDX-License-Identifier: MIT
#include "session/backoff.h"

#include <algorithm>
#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace std::chrono_literals;
using session::Backoff;
using session::ConnectionEnd;
using session::ReconnectPolicy;

namespace {

constexpr std::uint64_t kSeeds = 200;

/// What a Retry-After means in an answer that was sent on Tuesday at 08:49:37.
std::optional<Nanoseconds> retry_after(const std::string& value, bool dated = true) {
  wire::HttpResponse response;
  response.status = 503;
  response.headers.add("Retry-After", value);
  if (dated) {
    response.headers.add("Date", "Tue, 15 Nov 1994 08:49:37 GMT");
  }
  return session::retry_after(response);
}

ConnectionEnd failed(ErrorCode code, int status = 0) {
  return {.error = Error{.code = code, .message = "x"}, .http_status = status};
}

ConnectionEnd closed(unsigned code, bool by_peer = true) {
  return {.close_code = static_cast<wire::CloseCode>(code), .by_peer = by_peer};
}

}  // namespace

TEST_CASE("delays double up to the longest, each shortened by up to a half") {
  const ReconnectPolicy policy{.attempts = ReconnectPolicy::kUnlimited};
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Backoff backoff(policy, seed);
    Nanoseconds longest = 500ms;
    for (int attempt = 0; attempt < 40; ++attempt) {
      const auto delay = backoff.next(std::nullopt);
      REQUIRE(delay.has_value());
      CHECK(*delay >= longest / 2);
      CHECK(*delay <= longest);
      longest = std::min<Nanoseconds>(longest * 2, 30s);
    }
  }
}

TEST_CASE("delays of one attempt differ, so that clients do not come back together") {
  Nanoseconds shortest = Nanoseconds::max();
  Nanoseconds longest{0};
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Nanoseconds delay = Backoff({.attempts = 1}, seed).next(std::nullopt).value();
    shortest = std::min(shortest, delay);
    longest = std::max(longest, delay);
  }
  CHECK(shortest < 275ms);
  CHECK(longest > 475ms);
}

TEST_CASE("attempts are counted in a row") {
  Backoff backoff({.attempts = 2}, 1);
  CHECK(backoff.next(std::nullopt));
  CHECK(backoff.next(std::nullopt));
  CHECK_FALSE(backoff.next(std::nullopt));
  backoff.reset();
  const auto first = backoff.next(std::nullopt);
  REQUIRE(first.has_value());
  CHECK(*first <= 500ms);
  CHECK(backoff.attempts() == 1);
  CHECK_FALSE(Backoff({.attempts = 0}, 1).next(std::nullopt));
}

TEST_CASE("a Retry-After is waited for, and shortens nothing") {
  CHECK(Backoff({.attempts = 1}, 1).next(90s) == 90s);
  CHECK(Backoff({.attempts = 1}, 1).next(0s).value() >= 250ms);
}

TEST_CASE("a Retry-After is seconds, or a date beside the answer's own") {
  CHECK(retry_after("0") == 0s);
  CHECK(retry_after("120") == 120s);
  CHECK(retry_after("Tue, 15 Nov 1994 08:50:07 GMT") == 30s);
  CHECK(retry_after("Wed, 16 Nov 1994 08:49:36 GMT") == 24h - 1s);
}

TEST_CASE("a Retry-After is at most a day and never in the past") {
  CHECK(retry_after("86400") == 24h);
  CHECK(retry_after("86401") == 24h);
  CHECK(retry_after("99999999999999999999999999") == 24h);
  CHECK(retry_after("Tue, 15 Nov 2094 08:49:37 GMT") == 24h);
  CHECK(retry_after("Mon, 14 Nov 1994 08:49:37 GMT") == 0s);
}

TEST_CASE("a Retry-After that says nothing is none") {
  for (const char* const value : {"", "soon", "-1", "1.5", "1994-11-15", "Tue, 15 Nov 1994"}) {
    INFO(value);
    CHECK(retry_after(value) == std::nullopt);
  }
  CHECK(retry_after("Tue, 15 Nov 1994 08:50:07 GMT", false) == std::nullopt);
  CHECK(session::retry_after({}) == std::nullopt);
}

TEST_CASE("what may heal by itself is tried again") {
  CHECK(session::may_recover(failed(ErrorCode::tcp_refused)));
  CHECK(session::may_recover(failed(ErrorCode::dns_failed)));
  CHECK(session::may_recover(failed(ErrorCode::reset)));
  CHECK(session::may_recover(failed(ErrorCode::ping_timeout)));
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    CHECK(session::may_recover(failed(ErrorCode::upgrade_http_status, status)));
  }
  CHECK(session::may_recover(closed(1001)));
  CHECK(session::may_recover(closed(1011)));
  CHECK(session::may_recover(closed(1013)));
}

TEST_CASE("what is meant is not tried again") {
  for (const int status : {200, 302, 400, 401, 403, 404, 407, 426}) {
    CHECK_FALSE(session::may_recover(failed(ErrorCode::upgrade_http_status, status)));
  }
  CHECK_FALSE(session::may_recover(failed(ErrorCode::tls_certificate)));
  CHECK_FALSE(session::may_recover(failed(ErrorCode::bad_url)));
  CHECK_FALSE(session::may_recover(failed(ErrorCode::upgrade_bad_accept)));
  CHECK_FALSE(session::may_recover(closed(1000)));
  CHECK_FALSE(session::may_recover(closed(1001, false)));
}
