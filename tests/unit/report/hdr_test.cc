// SPDX-License-Identifier: MIT
#include "report/hdr.h"

#include "stats/hdr_log.h"
#include "tests/golden/example_runs.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;

TEST_CASE("the log adds up to the metrics of the result") {
  const stats::RunResult run = test::open_run();
  const auto log = stats::parse_hdr_log(write_hlog(run));
  REQUIRE(log.has_value());
  run.metrics.for_each([&](stats::MetricId id, const stats::Metric& metric) {
    stats::CompactHistogram sum;
    for (const stats::HdrLogLine& line : log->lines) {
      if (line.tag == name(id)) {
        REQUIRE(sum.merge(line.histogram).has_value());
      }
    }
    INFO(name(id));
    CHECK(sum.slots() == stats::CompactHistogram(metric.answered()).slots());
  });
}

TEST_CASE("warm-up has tags of its own and comes before the measure phase") {
  const auto log = stats::parse_hdr_log(write_hlog(test::open_run()));
  REQUIRE(log.has_value());
  CHECK(log->lines.front().tag == "warmup.response");
  CHECK(log->lines.front().start_s == Approx(0));
  CHECK(log->base_s == Approx(1'755'856'800.05));
  CHECK(log->lines.back().start_s == Approx(2.2));
}

TEST_CASE("a log of one metric has no line of another") {
  const auto log = stats::parse_hdr_log(write_hlog(test::open_run(), stats::MetricId::service));
  REQUIRE(log.has_value());
  REQUIRE(log->lines.size() == 4);
  CHECK(log->lines[0].tag == "warmup.service");
  CHECK(log->lines[1].tag == "service");
}

TEST_CASE("there is no distribution of a metric that the result lacks") {
  CHECK(write_hgrm(test::closed_run(), stats::MetricId::service).has_value());
  CHECK_FALSE(write_hgrm(test::closed_run(), stats::MetricId::response).has_value());
}
