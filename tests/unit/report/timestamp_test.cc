// SPDX-License-Identifier: MIT
#include "report/timestamp.h"

#include "tests/support/catch.h"

using namespace wskit::report;
using wskit::stats::WallClock;
using namespace std::chrono_literals;

TEST_CASE("times survive writing and reading to the nanosecond") {
  for (const auto since_epoch : {0ns, 1ns, 1'755'856'800'250'000'000ns, 1'709'251'199'999'999'999ns,
                                 4'102'444'800'000'000'000ns}) {
    const WallClock time(since_epoch);
    CHECK(parse_timestamp(format_timestamp(time)) == time);
  }
  CHECK(format_timestamp(WallClock(1'755'856'800'250'000'000ns)) ==
        "2025-08-22T10:00:00.250000000Z");
}

TEST_CASE("times with fewer digits are read") {
  CHECK(parse_timestamp("2025-08-22T10:00:00Z") == WallClock(1'755'856'800s));
  CHECK(parse_timestamp("2025-08-22T10:00:00.25Z") == WallClock(1'755'856'800'250ms));
  CHECK(parse_timestamp("2024-02-29T00:00:00Z").has_value());
}

TEST_CASE("what is not a time in UTC is refused") {
  for (const char* text :
       {"", "2025-08-22", "2025-08-22T10:00:00", "2025-08-22T10:00:00+02:00",
        "2025-02-29T10:00:00Z", "2025-13-22T10:00:00Z", "2025-08-22T24:00:00Z",
        "2025-08-22T10:60:00Z", "2025-08-22T10:00:00.Zx", "2025-08-22T10:00:00.1234567890Z",
        "1969-08-22T10:00:00Z", "9999-08-22T10:00:00Z", "2025-08-22T1a:00:00Z",
        "-025-08-22T10:00:00Z", "2025-08-22T10:00:00ZZ"}) {
    INFO(text);
    CHECK_FALSE(parse_timestamp(text).has_value());
  }
}
