// SPDX-License-Identifier: MIT
#include "stats/ping_result.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

namespace {

/// 1 ms to 10 ms, in this order.
RoundTrips ten() {
  RoundTrips trips;
  for (int i = 1; i <= 10; ++i) {
    trips.sent();
    trips.answered(i * 1ms);
  }
  return trips;
}

RoundTrips ten_and_lost(int lost) {
  RoundTrips trips = ten();
  for (int i = 0; i < lost; ++i) {
    trips.sent();
    trips.lost();
  }
  return trips;
}

bool holds(std::string_view limit, const RoundTrips& trips) {
  return check_limit(parse_round_trip_limit(limit).value(), trips).ok;
}

ShownCertificate ending(std::chrono::sys_seconds end) {
  return {.subject = "CN = localhost",
          .issuer = {},
          .names = {},
          .key = {},
          .not_before = {},
          .not_after = end};
}

constexpr std::chrono::sys_seconds kNoon{std::chrono::seconds(1'000'000'000)};

}  // namespace

TEST_CASE("minimum, mean and maximum are exact and percentiles within three digits") {
  const RoundTrips trips = ten();
  CHECK(trips.min() == 1ms);
  CHECK(trips.max() == 10ms);
  CHECK(trips.mean() == 5500us);
  CHECK(trips.percentile(50) >= 5ms);
  CHECK(trips.percentile(50) < 5005us);
  CHECK(trips.percentile(100) == 10ms);
}

TEST_CASE("without a round trip there is no figure and no limit holds") {
  const RoundTrips none;
  CHECK(none.min() == 0ns);
  CHECK(none.mean() == 0ns);
  CHECK_FALSE(none.percentile_of_all(50));
  for (const char* limit : {"1h", "min:1h", "avg:1h", "p50:1h", "max:1h"}) {
    CHECK_FALSE(holds(limit, none));
  }
}

TEST_CASE("a limit without a statistic is one on every round trip") {
  CHECK(holds("10ms", ten()));
  CHECK_FALSE(holds("9ms", ten()));
  CHECK_FALSE(holds("1h", ten_and_lost(1)));
}

TEST_CASE("a limit on a statistic looks at that alone") {
  CHECK(holds("min:1ms", ten()));
  CHECK_FALSE(holds("min:999us", ten()));
  CHECK(holds("avg:5.5ms", ten()));
  CHECK_FALSE(holds("mean:5.4ms", ten()));
  CHECK(holds("p50:5.1ms", ten()));
  CHECK_FALSE(holds("p90:8ms", ten()));
  CHECK(holds("max:10ms", ten()));
}

TEST_CASE("lost pings rank as infinitely late") {
  CHECK(holds("p50:6.1ms", ten_and_lost(2)));
  CHECK_FALSE(holds("p90:1h", ten_and_lost(2)));
  CHECK_FALSE(holds("avg:1h", ten_and_lost(1)));
  CHECK(holds("min:1ms", ten_and_lost(5)));
  const PingCheck check = check_limit(parse_round_trip_limit("p99:1h").value(), ten_and_lost(1));
  CHECK_FALSE(check.value);
  CHECK(check.unit == "us");
}

TEST_CASE("what is no limit is refused and what could be written is said") {
  for (const char* text : {"", "50", "fast", "p:5ms", "p0:5ms", "p101:5ms", "p9x:5ms", "avg5ms",
                           "avg:", "median:5ms", ":5ms", "p99<5ms"}) {
    INFO(text);
    const auto limit = parse_round_trip_limit(text);
    // A bare number is seconds, as in every duration.
    CHECK(limit.has_value() == (std::string_view(text) == "50"));
    if (!limit) {
      CHECK(limit.error().code == ErrorCode::usage);
    }
  }
}

TEST_CASE("the certificate that ends first decides") {
  const auto in = [](int days) { return ending(kNoon + std::chrono::days(days) + 1s); };
  CHECK(check_expiry({in(100), in(31)}, 30, kNoon).ok);
  const PingCheck check = check_expiry({in(100), in(29)}, 30, kNoon);
  CHECK_FALSE(check.ok);
  CHECK(check.value == 29);
  CHECK(check.unit == "days");
  CHECK_FALSE(check_expiry({}, 0, kNoon).ok);
}

TEST_CASE("days that are left are whole and negative when none is") {
  CHECK(days_left(ending(kNoon + 24h), kNoon) == 1);
  CHECK(days_left(ending(kNoon + 24h - 1s), kNoon) == 0);
  CHECK(days_left(ending(kNoon - 1s), kNoon) == -1);
  CHECK_FALSE(check_expiry({ending(kNoon - 1s)}, 0, kNoon).ok);
}
