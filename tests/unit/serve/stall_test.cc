// SPDX-License-Identifier: MIT
#include "serve/stall.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::serve;
using namespace std::chrono_literals;

TEST_CASE("a stall is the last part of each period") {
  const Instant start(100s);
  const StallSchedule stalls({.every = 5s, .length = 1s}, start);
  CHECK_FALSE(stalls.stalled_until(start).has_value());
  CHECK(stalls.next_begin(start) == start + 4s);
  CHECK_FALSE(stalls.stalled_until(start + 3'999'999'999ns).has_value());
  CHECK(stalls.stalled_until(start + 4s) == start + 5s);
  CHECK(stalls.stalled_until(start + 4'999'999'999ns) == start + 5s);
  CHECK_FALSE(stalls.stalled_until(start + 5s).has_value());
  CHECK(stalls.next_begin(start + 4s) == start + 9s);
  CHECK(stalls.next_begin(start + 5s) == start + 9s);
  CHECK(stalls.stalled_until(start + 5'004s) == start + 5'005s);
}

TEST_CASE("a stall is written as two durations") {
  const auto stall = parse_stall("5s,250ms").value();
  CHECK(stall.every == 5s);
  CHECK(stall.length == 250ms);
}

TEST_CASE("what is no stall is refused") {
  for (const char* text :
       {"", "5s", "5s,", ",1s", "5s,5s", "1s,5s", "5s,0", "5s,1s,1s", "0,0", "5 s,1s", "-5s,1s"}) {
    INFO(text);
    const auto stall = parse_stall(text);
    REQUIRE_FALSE(stall.has_value());
    CHECK(stall.error().code == ErrorCode::usage);
  }
}
