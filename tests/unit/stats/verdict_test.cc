// SPDX-License-Identifier: MIT
#include "stats/verdict.h"

#include <chrono>
#include <optional>
#include <utility>

#include "stats/metric.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using namespace wskit;
using namespace wskit::stats;

namespace {

RunResult run_of(Model model) {
  RunResult result;
  result.run.model = model;
  result.run.duration_s = 10;
  return result;
}

/// An open run whose messages were taken up so late, and answered after so long.
RunResult run_with(Nanoseconds lag, Nanoseconds response) {
  RunResult result = run_of(Model::open);
  for (const auto& [id, value] :
       {std::pair{MetricId::pacer_lag, lag}, std::pair{MetricId::response, response}}) {
    Histogram histogram;
    histogram.record(value);
    result.metrics[id] = Metric(histogram, std::nullopt);
  }
  return result;
}

bool is_limited(RunResult result) {
  judge(result);
  CHECK(result.verdict.generator_limited == !result.verdict.reasons.empty());
  return result.verdict.generator_limited;
}

bool is_limited(Model model, double busy, double duration_s) {
  RunResult result = run_of(model);
  result.run.duration_s = duration_s;
  result.generator.busy_per_thread = {0.1, busy};
  return is_limited(std::move(result));
}

}  // namespace

TEST_CASE("a busy thread limits the open model earlier than the closed one") {
  CHECK_FALSE(is_limited(Model::open, 0.8, 10));
  CHECK(is_limited(Model::open, 0.81, 10));
  CHECK_FALSE(is_limited(Model::closed, 0.95, 10));
  CHECK(is_limited(Model::closed, 0.96, 10));
}

TEST_CASE("a run of less than 100 ms says nothing about how busy its threads are") {
  CHECK_FALSE(is_limited(Model::closed, 1, 0.0999));
  CHECK(is_limited(Model::closed, 1, 0.1));
}

TEST_CASE("lateness counts from a millisecond and a tenth of the response") {
  CHECK_FALSE(is_limited(run_with(990us, 2ms)));
  CHECK(is_limited(run_with(1100us, 2ms)));
  CHECK_FALSE(is_limited(run_with(9ms, 100ms)));
  CHECK(is_limited(run_with(11ms, 100ms)));
}

TEST_CASE("where nothing was answered lateness is judged by how long was waited") {
  RunResult result = run_with(11ms, 1s);
  result.metrics[MetricId::response] = Metric();
  CHECK_FALSE(is_limited(result));
  result.metrics[MetricId::response]->record_censored(1s);
  CHECK_FALSE(is_limited(result));
  result.metrics[MetricId::response] = Metric();
  result.metrics[MetricId::response]->record_censored(100ms);
  CHECK(is_limited(result));
}

TEST_CASE("what this machine ran out of limits every run") {
  for (const Model model : {Model::open, Model::closed}) {
    RunResult failed = run_of(model);
    failed.connections.failed["local_emfile"] = 1;
    CHECK(is_limited(std::move(failed)));
    RunResult lost = run_of(model);
    lost.connections.closed_early["local_enobufs"] = 1;
    CHECK(is_limited(std::move(lost)));
    RunResult refused = run_of(model);
    refused.connections.failed["tcp_refused"] = 1;
    CHECK_FALSE(is_limited(std::move(refused)));
  }
}

TEST_CASE("sums that do not hold are told, those of the warm-up too") {
  RunResult result = run_of(Model::open);
  judge(result);
  CHECK(result.verdict.sums_hold);
  result.warmup.emplace().counts.scheduled = 1;
  judge(result);
  CHECK_FALSE(result.verdict.sums_hold);
}

TEST_CASE("the sums of a fan-out are those of its deliveries too") {
  RunResult result = run_of(Model::closed);
  FanoutResult& fanout = result.fanout.emplace();
  fanout.expected = 3;
  fanout.delivered = 1;
  fanout.cut = fanout.absent = 1;
  result.metrics[MetricId::each].emplace().record(1ms);
  judge(result);
  CHECK(result.verdict.sums_hold);
  // One of which nothing is known, and then one without a latency.
  ++fanout.expected;
  judge(result);
  CHECK_FALSE(result.verdict.sums_hold);
  ++fanout.delivered;
  judge(result);
  CHECK_FALSE(result.verdict.sums_hold);
}
