// SPDX-License-Identifier: MIT
#include "stats/metric.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

namespace {

// 1 ns to n ns: exact below 2,048 ns.
Metric ramp(int n) {
  Metric metric;
  for (int i = 1; i <= n; ++i) {
    metric.record(Nanoseconds(i));
  }
  return metric;
}

}  // namespace

TEST_CASE("every metric has a name by which it is found") {
  for (std::size_t i = 0; i < kMetricCount; ++i) {
    const auto id = static_cast<MetricId>(i);
    CHECK(find_metric(name(id)) == id);
  }
  CHECK(name(MetricId::connect_tls) == "connect_tls");
  CHECK_FALSE(find_metric("latency").has_value());
}

TEST_CASE("percentiles of answered messages stand alone when all are answered") {
  const Metric metric = ramp(1000);
  const Percentile p99 = metric.percentile(99);
  CHECK(p99.value == 990ns);
  CHECK_FALSE(p99.at_least);
  CHECK_FALSE(p99.few_samples);
}

TEST_CASE("a percentile with fewer than ten samples beyond it is marked") {
  CHECK_FALSE(ramp(1000).percentile(99).few_samples);
  CHECK(ramp(999).percentile(99).few_samples);
  CHECK(ramp(1000).percentile(99.9).few_samples);
  CHECK_FALSE(ramp(1000).percentile(100).few_samples);
}

TEST_CASE("a percentile that unanswered messages would change is a lower bound") {
  Metric metric = ramp(900);
  for (int i = 0; i < 100; ++i) {
    metric.record_censored(10s);
  }
  CHECK(metric.censored_count() == 100);
  CHECK(metric.answered().count() == 900);
  CHECK(metric.percentile(99).at_least);
  CHECK(metric.percentile(100).at_least);
  CHECK(metric.percentile(99).value == 891ns);
  CHECK(metric.percentile(99).bound >= 10s);
  CHECK(metric.percentile(50).bound == 500ns);
}

TEST_CASE("messages lost before they waited long pull the bound down") {
  Metric metric = ramp(50);
  for (int i = 0; i < 50; ++i) {
    metric.record_censored(0ns);
  }
  CHECK(metric.percentile(90).at_least);
  CHECK(metric.percentile(90).value == 45ns);
  CHECK(metric.percentile(90).bound == 40ns);
}

TEST_CASE("a percentile that unanswered messages leave alone is not marked") {
  Metric metric;
  for (int i = 0; i < 1000; ++i) {
    metric.record(100ns);
  }
  metric.record_censored(10s);
  CHECK_FALSE(metric.percentile(99).at_least);
  CHECK(metric.percentile(100).at_least);
}

TEST_CASE("overflowing values make the maximum a lower bound") {
  Metric metric = ramp(100);
  metric.record(2h);
  CHECK(metric.percentile(100).at_least);
  CHECK(metric.percentile(100).bound == 1h);
}

TEST_CASE("ranked percentiles are infinite as soon as they fall among the unanswered") {
  const Metric metric = ramp(50);
  CHECK(metric.ranked_percentile(50, 50) == 50ns);
  CHECK_FALSE(metric.ranked_percentile(51, 50).has_value());
  CHECK(metric.ranked_percentile(100, 0) == 50ns);
  CHECK_FALSE(metric.ranked_percentile(100, 1).has_value());
  CHECK(metric.ranked_percentile(0, 1) == 1ns);
  CHECK_FALSE(Metric().ranked_percentile(50, 1).has_value());
}

TEST_CASE("merging metrics adds answered and censored values") {
  Metric a = ramp(10);
  Metric b = ramp(20);
  b.record_censored(1s);
  REQUIRE(a.merge(b).has_value());
  CHECK(a.answered().count() == 30);
  CHECK(a.censored_count() == 1);
}

TEST_CASE("a metric is present after a merge when either side had it") {
  Metrics a;
  Metrics b;
  a[MetricId::service] = ramp(3);
  b[MetricId::service] = ramp(4);
  b[MetricId::connect_tcp] = ramp(5);
  REQUIRE(a.merge(b).has_value());
  CHECK(a[MetricId::service]->answered().count() == 7);
  CHECK(a[MetricId::connect_tcp]->answered().count() == 5);
  CHECK_FALSE(a[MetricId::response].has_value());
  int visited = 0;
  a.for_each([&](MetricId, const Metric&) { ++visited; });
  CHECK(visited == 2);
}
