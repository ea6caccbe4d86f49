// SPDX-License-Identifier: MIT
#include "report/units.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
using namespace std::chrono_literals;

TEST_CASE("latencies have three digits in the unit a person would choose") {
  CHECK(format_latency(0ns, true) == "0 ns");
  CHECK(format_latency(850ns, true) == "850 ns");
  CHECK(format_latency(999ns, true) == "999 ns");
  CHECK(format_latency(1000ns, true) == "1.00 µs");
  CHECK(format_latency(12'345ns, true) == "12.3 µs");
  CHECK(format_latency(999'499ns, true) == "999 µs");
  CHECK(format_latency(999'500ns, true) == "1.00 ms");
  CHECK(format_latency(9'994us, true) == "9.99 ms");
  CHECK(format_latency(9'996us, true) == "10.0 ms");
  CHECK(format_latency(99'960us, true) == "100 ms");
  CHECK(format_latency(1240ms, true) == "1.24 s");
  CHECK(format_latency(1h, true) == "3600 s");
  CHECK(format_latency(12'345ns, false) == "12.3 us");
  CHECK(format_latency(20'020us, true, 4) == "20.02 ms");
}

TEST_CASE("counts are grouped in threes") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1000) == "1,000");
  CHECK(format_count(12'345'678) == "12,345,678");
  CHECK(format_count(18'446'744'073'709'551'615U) == "18,446,744,073,709,551,615");
}

TEST_CASE("rates have a tenth where it says something") {
  CHECK(format_rate(1000) == "1,000");
  CHECK(format_rate(999.84) == "999.8");
  CHECK(format_rate(9999.96) == "10,000");
  CHECK(format_rate(0.25) == "0.3");
  CHECK(format_rate(69'541.3) == "69,541");
  CHECK(format_rate(9e18) == "9,000,000,000,000,000,000");
  CHECK(format_rate(1e300) == "1.00e+300");
}

TEST_CASE("sizes are in binary units") {
  CHECK(format_bytes(640) == "640 B");
  CHECK(format_bytes(1536) == "1.5 KiB");
  CHECK(format_bytes(3.5 * 1024 * 1024) == "3.5 MiB");
  CHECK(format_bytes(5e12) == "4656.6 GiB");
}

TEST_CASE("a share is never rounded to none or to all") {
  CHECK(format_share(0, 100) == "0 %");
  CHECK(format_share(0, 0) == "0 %");
  CHECK(format_share(100, 100) == "100 %");
  CHECK(format_share(1, 1'000'000) == "<0.01 %");
  CHECK(format_share(999'999, 1'000'000) == ">99.99 %");
  CHECK(format_share(2, 10'000) == "0.02 %");
  CHECK(format_share(995, 1000) == "99.50 %");
  CHECK(format_share(1, 3) == "33.3 %");
}

TEST_CASE("lengths of time are written as they were given") {
  CHECK(format_seconds(10) == "10 s");
  CHECK(format_seconds(2.5) == "2.5 s");
  CHECK(format_seconds(0.25) == "250 ms");
  CHECK(format_seconds(90) == "90 s");
  CHECK(format_seconds(1800) == "30 min");
  CHECK(format_seconds(5400) == "1.5 h");
}
