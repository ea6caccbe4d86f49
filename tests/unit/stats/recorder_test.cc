// SPDX-License-Identifier: MIT
#include "stats/recorder.h"

#include <array>
#include <random>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

namespace {

constexpr std::array kClosedModel{MetricId::service};
constexpr std::array kOpenModel{MetricId::response, MetricId::service};

std::vector<std::uint64_t> answered_counts(const Recorder& recorder, Nanoseconds duration) {
  std::vector<std::uint64_t> counts;
  for (const Interval& interval : recorder.intervals(duration, 1s)) {
    counts.push_back(interval.metrics.at(0).answered.expand().count());
  }
  return counts;
}

}  // namespace

TEST_CASE("a value counts once in its interval and once in the total whatever the order") {
  Recorder recorder(kClosedModel);
  std::vector<std::uint64_t> expected(12);
  Histogram all;
  std::mt19937_64 random(9);
  for (int i = 0; i < 5000; ++i) {
    const auto interval = static_cast<std::uint32_t>(random() % expected.size());
    const Nanoseconds value(static_cast<Nanoseconds::rep>(random() % 5'000'000));
    recorder.record(MetricId::service, interval, value);
    all.record(value);
    ++expected[interval];
  }
  CHECK(answered_counts(recorder, 12s) == expected);
  const Phase total = recorder.total();
  const Histogram& answered = total.metrics[MetricId::service]->answered();
  CHECK(answered.count() == all.count());
  CHECK(answered.value_at_percentile(50) == all.value_at_percentile(50));
  CHECK(answered.max() == all.max());
}

TEST_CASE("a straggler is counted in the interval in which it was due") {
  Recorder recorder(kClosedModel);
  for (std::uint32_t second = 0; second < 10; ++second) {
    recorder.record(MetricId::service, second, 1ms);
  }
  recorder.record(MetricId::service, 2, 7s);
  CHECK(answered_counts(recorder, 10s) == std::vector<std::uint64_t>{1, 1, 2, 1, 1, 1, 1, 1, 1, 1});
  CHECK(recorder.total().metrics[MetricId::service]->answered().count() == 11);
}

TEST_CASE("intervals without a message are there and empty") {
  Recorder recorder(kClosedModel);
  recorder.record(MetricId::service, 5, 1ms);
  CHECK(answered_counts(recorder, 8s) == std::vector<std::uint64_t>{0, 0, 0, 0, 0, 1, 0, 0});
}

TEST_CASE("intervals lie on the grid of T0 and the last is cut at the end") {
  Recorder recorder(kClosedModel);
  const std::vector<Interval> intervals = recorder.intervals(2500ms, 1s);
  REQUIRE(intervals.size() == 3);
  CHECK(intervals[1].start_s == Approx(1));
  CHECK(intervals[1].length_s == Approx(1));
  CHECK(intervals[2].start_s == Approx(2));
  CHECK(intervals[2].length_s == Approx(0.5));
}

TEST_CASE("censored values are kept by interval and in total") {
  Recorder recorder(kOpenModel);
  recorder.record(MetricId::response, 0, 1ms);
  recorder.record_censored(MetricId::response, 3, 10s);
  recorder.record_censored(MetricId::response, 3, 10s);
  const auto intervals = recorder.intervals(4s, 1s);
  CHECK(intervals.at(3).metrics.at(0).censored.expand().count() == 2);
  CHECK(intervals.at(0).metrics.at(0).censored.empty());
  const Phase total = recorder.total();
  CHECK(total.metrics[MetricId::response]->censored_count() == 2);
  CHECK(total.metrics[MetricId::service]->censored_count() == 0);
}

TEST_CASE("counts are kept by interval and in total") {
  Recorder recorder(kClosedModel);
  recorder.counts(0).ok += 3;
  recorder.counts(2).ok += 4;
  CHECK(recorder.total_counts().ok == 7);
  CHECK(recorder.intervals(3s, 1s).at(2).counts.ok == 4);
}

TEST_CASE("a metric that does not exist in the model is absent") {
  Recorder recorder(kClosedModel);
  recorder.record(MetricId::response, 0, 1ms);
  recorder.record_censored(MetricId::response, 0, 1ms);
  const Phase total = recorder.total();
  CHECK_FALSE(total.metrics[MetricId::response].has_value());
  CHECK(total.metrics[MetricId::service].has_value());
  CHECK(recorder.intervals(1s, 1s).at(0).metrics.size() == 1);
}

TEST_CASE("the intervals of two threads add up") {
  Recorder first(kOpenModel);
  Recorder second(kClosedModel);
  first.record(MetricId::service, 0, 1ms);
  second.record(MetricId::service, 0, 2ms);
  second.record(MetricId::service, 1, 2ms);
  second.counts(1).sent = 5;
  auto merged = first.intervals(1s, 1s);
  REQUIRE(merge(merged, second.intervals(2s, 1s)).has_value());
  REQUIRE(merged.size() == 2);
  CHECK(merged[0].metrics.at(1).answered.expand().count() == 2);
  CHECK(merged[1].metrics.at(0).answered.expand().count() == 1);
  CHECK(merged[1].counts.sent == 5);
}

TEST_CASE("intervals of different grids refuse to merge") {
  const Recorder recorder(kClosedModel);
  auto seconds = recorder.intervals(3s, 1s);
  CHECK_FALSE(merge(seconds, recorder.intervals(3s, 500ms)).has_value());
}

TEST_CASE("phases of two threads add up") {
  Recorder first(kClosedModel);
  Recorder second(kClosedModel);
  first.record(MetricId::service, 0, 1ms);
  second.record(MetricId::service, 0, 2ms);
  second.counts(0).ok = 1;
  Phase phase = first.total();
  REQUIRE(phase.merge(second.total()).has_value());
  CHECK(phase.metrics[MetricId::service]->answered().count() == 2);
  CHECK(phase.counts.ok == 1);
}
