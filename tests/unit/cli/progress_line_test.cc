// SPDX-License-Identifier: MIT
#include "cli/progress_line.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::cli;
using namespace std::chrono_literals;
using Catch::Contains;
using Phase = load::Progress::Phase;

namespace {

load::Progress measuring() {
  load::Progress progress;
  progress.phase = Phase::measuring;
  progress.connections_open = 9'998;
  progress.elapsed = 4s;
  progress.counted = 4s;
  progress.counts.ok = 400'000;
  progress.counts.timeout = 17;
  progress.p50 = 1250us;
  progress.p99 = 9870us;
  return progress;
}

}  // namespace

TEST_CASE("on a wide terminal the line has everything in words") {
  CHECK(describe(measuring(), 10'000, 10s, 119) ==
        "9998/10000 connections  100000 msg/s  p50 1.25 ms  p99 9.87 ms  17 errors  6 s left");
}

TEST_CASE("a narrow terminal still shows rate, p99, errors and the time left") {
  CHECK(describe(measuring(), 10'000, 10s, 79) ==
        "9998/10000 open  100000/s  p50 1.25 ms  p99 9.87 ms  17 errors  6 s");
  CHECK(describe(measuring(), 10'000, 10s, 59) ==
        "9998/10000  100000/s  p99 9.87 ms  17 errors  6 s");
  CHECK(describe(measuring(), 10'000, 10s, 39) == "100000/s  p99 9.87 ms  17 errors  6 s");
}

TEST_CASE("no line is wider than it may be, in any phase") {
  load::Progress progress = measuring();
  progress.connections_failed = 1'234;
  progress.counts.scheduled = 1'000'000'000;
  for (const Phase phase : {Phase::connecting, Phase::warmup, Phase::measuring, Phase::draining}) {
    progress.phase = phase;
    for (const std::size_t width : {1U, 20U, 39U, 59U, 79U, 119U}) {
      CHECK(describe(progress, 10'000, 10s, width).size() <= width);
    }
  }
}

TEST_CASE("what failed is said at 40 columns too") {
  load::Progress progress = measuring();
  progress.phase = Phase::connecting;
  progress.connections_failed = 1'234;
  CHECK(describe(progress, 10'000, 10s, 39) == "9998/10000 open, 1234 failed");
}
