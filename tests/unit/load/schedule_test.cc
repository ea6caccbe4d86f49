// SPDX-License-Identifier: MIT
#include "load/schedule.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::load;
using namespace std::chrono_literals;

namespace {

std::vector<Nanoseconds> all_events(const ScheduleOptions& options) {
  Schedule schedule(options);
  std::vector<Nanoseconds> events;
  while (const auto due = schedule.due(events.size())) {
    events.push_back(*due);
  }
  return events;
}

std::size_t count_between(const std::vector<Nanoseconds>& events, Nanoseconds low,
                          Nanoseconds high) {
  return static_cast<std::size_t>(std::count_if(
      events.begin(), events.end(), [&](Nanoseconds due) { return low <= due && due < high; }));
}

}  // namespace

TEST_CASE("a constant rate has exactly rate times duration events") {
  CHECK(all_events({.rate = 5000, .duration = 10s}).size() == 50'000);
  CHECK(all_events({.rate = 1, .duration = 1s}).size() == 1);
  CHECK(all_events({.rate = 3, .duration = 1s}).size() == 3);
  CHECK(all_events({.rate = 0.5, .duration = 10s}).size() == 5);
}

TEST_CASE("event k of a constant rate is due at k over rate without accumulated error") {
  Schedule schedule({.rate = 3, .duration = 24h});
  CHECK(schedule.due(0) == 0ns);
  CHECK(schedule.due(1) == 333'333'333ns);
  CHECK(schedule.due(2) == 666'666'666ns);
  CHECK(schedule.due(3) == 1s);
  CHECK(schedule.due(3 * 3600) == 1h);
}

TEST_CASE("a limit on events ends the schedule before its duration") {
  CHECK(all_events({.rate = 1000, .duration = 10s, .max_events = 17}).size() == 17);
}

TEST_CASE("a ramp from zero releases its events by the square root of time") {
  const auto events = all_events({.stages = {{10s, 0, 1000}}, .duration = 10s});
  CHECK(events.size() == 5000);
  CHECK(count_between(events, 0s, 5s) == Approx(1250).margin(1));
  CHECK(std::is_sorted(events.begin(), events.end()));
}

TEST_CASE("stages follow each other without a gap or an overlap") {
  const auto events =
      all_events({.stages = {{10s, 0, 100}, {10s, 100, 100}, {10s, 100, 0}}, .duration = 30s});
  CHECK(events.size() == 2000);
  CHECK(count_between(events, 0s, 10s) == Approx(500).margin(1));
  CHECK(count_between(events, 10s, 20s) == Approx(1000).margin(1));
  CHECK(count_between(events, 20s, 30s) == Approx(500).margin(1));
  CHECK(std::is_sorted(events.begin(), events.end()));
}

TEST_CASE("Poisson arrivals have the asked mean and exponential gaps") {
  const auto events = all_events({.rate = 1000, .poisson = true, .seed = 7, .duration = 100s});
  const auto n = static_cast<double>(events.size());
  CHECK(n == Approx(100'000).epsilon(0.02));
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < events.size(); ++i) {
    const auto gap = static_cast<double>((events[i] - events[i - 1]).count());
    sum += gap;
    squares += gap * gap;
  }
  const double mean = sum / (n - 1);
  const double deviation = std::sqrt(squares / (n - 1) - mean * mean);
  CHECK(deviation / mean == Approx(1).epsilon(0.02));
}

TEST_CASE("the same seed gives the same Poisson schedule and another seed another") {
  const ScheduleOptions options{.rate = 1000, .poisson = true, .seed = 7, .duration = 1s};
  ScheduleOptions other = options;
  other.seed = 8;
  CHECK(all_events(options) == all_events(options));
  CHECK(all_events(options) != all_events(other));
}

TEST_CASE("slices of a schedule together have each event once at the same time") {
  const bool poisson = GENERATE(false, true);
  const ScheduleOptions options{.rate = 777, .poisson = poisson, .seed = 3, .duration = 3s};
  const auto whole = all_events(options);
  constexpr std::uint32_t kConnections = 10;
  constexpr std::uint32_t kSlices = 3;
  std::vector<Nanoseconds> joined(whole.size(), -1ns);
  for (std::uint32_t slice = 0; slice < kSlices; ++slice) {
    std::vector<std::uint32_t> mine;
    for (std::uint32_t c = slice; c < kConnections; c += kSlices) {
      mine.push_back(c);
    }
    ScheduleSlice events(options, kConnections, mine);
    for (; events.front(); events.pop()) {
      REQUIRE(events.front()->index % kConnections == mine[events.front()->slot]);
      REQUIRE(joined.at(events.front()->index) == -1ns);
      joined[events.front()->index] = events.front()->due;
    }
  }
  CHECK(joined == whole);
}

TEST_CASE("a slice without connections has no events") {
  const ScheduleSlice events({.rate = 10, .duration = 1s}, 4, {});
  CHECK_FALSE(events.front().has_value());
}

TEST_CASE("stages are read as duration and rate or range of rates") {
  const auto stages = parse_stages("10s:0-1000,30s:1k,500ms:1000-0");
  REQUIRE(stages.has_value());
  REQUIRE(stages->size() == 3);
  CHECK(stages->at(0).duration == 10s);
  CHECK(stages->at(0).from == 0);
  CHECK(stages->at(0).to == 1000);
  CHECK(stages->at(1).from == 1000);
  CHECK(stages->at(1).to == 1000);
  CHECK(stages->at(2).to == 0);
}

TEST_CASE("what is not a stage is refused with an example") {
  for (const char* text :
       {"", "10s", "10s:", "0s:100", "10s:1-", "10s:-1", "10s:x", "10s:1,,5s:1", "10s:1,"}) {
    INFO(text);
    const auto stages = parse_stages(text);
    REQUIRE_FALSE(stages.has_value());
    CHECK(stages.error().code == ErrorCode::usage);
    CHECK_THAT(stages.error().message, Catch::Contains("10s:0-1000"));
  }
  CHECK_FALSE(parse_stages("10s:0").has_value());
}
