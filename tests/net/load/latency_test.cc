// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdint>

#include "tests/net/load/sim_run.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;
using stats::MetricId;

namespace {

load::Plan plan_of(stats::Model model) {
  return {.model = model, .rate = 1000, .connections = 10, .duration = 10s, .seed = 1};
}

/// Within the precision of the histogram, which keeps three digits.
bool about(Nanoseconds value, Nanoseconds expected) {
  const Nanoseconds margin = expected / 1000 + 1ns;
  return value >= expected - margin && value <= expected + margin;
}

}  // namespace

TEST_CASE("response and service are exactly the server's delay and the way there and back") {
  SimLoop loop;
  loop.network.to_listener = 2ms;
  loop.network.to_connector = 3ms;
  const SimEchoServer server(loop, {.delay = 20ms});
  SimRun run(loop, server, plan_of(stats::Model::open));
  run.run();
  const auto metrics = run.measured().metrics;
  for (const MetricId id : {MetricId::response, MetricId::service}) {
    INFO(name(id));
    const auto& answered = metrics[id]->answered();
    CHECK(answered.count() == 10'000);
    CHECK(about(answered.min(), 25ms));
    CHECK(about(answered.max(), 25ms));
  }
  for (const MetricId id : {MetricId::send_lag, MetricId::pacer_lag, MetricId::blocked}) {
    INFO(name(id));
    CHECK(metrics[id]->answered().count() == 10'000);
    CHECK(metrics[id]->answered().max() == 0ns);
  }
}

TEST_CASE("the open model sees a stall in every message that was due during it") {
  SimLoop loop;
  const SimEchoServer server(loop, {.delay = 1ms, .stall_from = loop.now() + 5s, .stall_for = 1s});
  SimRun run(loop, server, plan_of(stats::Model::open));
  run.run();
  const auto metrics = run.measured().metrics;
  const auto& response = metrics[MetricId::response]->answered();
  CHECK(response.count() == 10'000);
  // A tenth of the messages waits, from one second down to nothing.
  CHECK(about(response.value_at_percentile(89), 1ms));
  CHECK(response.value_at_percentile(95) > 499ms);
  CHECK(response.value_at_percentile(95) < 503ms);
  CHECK(response.max() >= 999ms);
}

TEST_CASE("the closed model hides the same stall behind one message a connection") {
  SimLoop loop;
  const SimEchoServer server(loop, {.delay = 1ms, .stall_from = loop.now() + 5s, .stall_for = 1s});
  SimRun run(loop, server, plan_of(stats::Model::closed));
  run.run();
  const auto metrics = run.measured().metrics;
  const auto& service = metrics[MetricId::service]->answered();
  CHECK_FALSE(metrics[MetricId::response].has_value());
  CHECK(about(service.value_at_percentile(99.9), 1ms));
  CHECK(service.max() >= 999ms);
}

TEST_CASE("what waits because the server does not read is blocked and not the pacer's lag") {
  SimLoop loop;
  loop.network.to_listener = 100ms;
  loop.network.socket_buffer = 1000;
  const SimEchoServer server(loop);
  auto plan = plan_of(stats::Model::open);
  plan.connections = 1;
  plan.duration = 1s;
  plan.payload.size_bytes = 500;
  SimRun run(loop, server, plan);
  run.run();
  const auto metrics = run.measured().metrics;
  CHECK(metrics[MetricId::pacer_lag]->answered().max() == 0ns);
  CHECK(metrics[MetricId::blocked]->answered().max() > 1s);
  CHECK(metrics[MetricId::blocked]->answered().max() ==
        metrics[MetricId::send_lag]->answered().max());
}

TEST_CASE("late messages are dropped and counted when asked to") {
  SimLoop loop;
  loop.network.to_listener = 100ms;
  loop.network.socket_buffer = 4096;
  const SimEchoServer server(loop);
  auto plan = plan_of(stats::Model::open);
  plan.connections = 1;
  plan.duration = 10s;
  plan.payload.size_bytes = 4000;
  plan.late = load::Late::drop;
  SimRun run(loop, server, plan);
  run.run();
  CHECK(run.counts().scheduled == 10'000);
  CHECK(run.counts().dropped_late > 5000);
  CHECK(run.counts().ok > 50);
  CHECK(run.counts().sums_hold());
}

TEST_CASE("warm-up messages are kept apart from the measured ones") {
  SimLoop loop;
  const SimEchoServer server(loop);
  auto plan = plan_of(GENERATE(stats::Model::open, stats::Model::closed));
  loop.network.to_listener = 1ms;
  plan.warmup = 2s;
  SimRun run(loop, server, plan);
  run.run();
  const auto warmup = run.worker().tally().warmup().total();
  CHECK(warmup.counts.ok > 0);
  CHECK(warmup.counts.sums_hold());
  CHECK(run.counts().sums_hold());
  CHECK(warmup.counts.ok + run.counts().ok == server.messages());
  if (plan.model == stats::Model::open) {
    CHECK(warmup.counts.scheduled == 2000);
    CHECK(run.counts().scheduled == 10'000);
  }
}

TEST_CASE("a limit on messages is kept exactly in both models") {
  SimLoop loop;
  loop.network.to_listener = 1ms;
  const SimEchoServer server(loop);
  auto plan = plan_of(GENERATE(stats::Model::open, stats::Model::closed));
  plan.window = 3;
  plan.max_messages = 1234;
  plan.duration = 1h;
  SimRun run(loop, server, plan);
  run.run();
  CHECK(run.finished());
  CHECK(run.counts().scheduled == 1234);
  CHECK(run.counts().ok == 1234);
}

TEST_CASE("a limit on messages makes the closed model's window last to the last answer") {
  SimLoop loop;
  loop.network.to_listener = 1ms;
  loop.network.to_connector = 1ms;
  const SimEchoServer server(loop);
  auto plan = plan_of(stats::Model::closed);
  plan.max_messages = plan.connections;
  plan.duration = 1h;
  SimRun run(loop, server, plan);
  run.run();
  REQUIRE(run.finished());
  const auto& worker = run.worker();
  CHECK(worker.measure_end() - worker.tally().start() == 2ms + 1ns);
  CHECK(worker.tally().ok_in_window() == plan.connections);
}

TEST_CASE("the closed model never has more in flight than its window") {
  SimLoop loop;
  loop.network.to_listener = 1ms;
  loop.network.to_connector = 1ms;
  const SimEchoServer server(loop);
  auto plan = plan_of(stats::Model::closed);
  plan.window = 4;
  plan.duration = 1s;
  SimRun run(loop, server, plan);
  run.run();
  // 10 connections, 4 in flight, 2 ms there and back: 20,000 messages a second.
  CHECK(run.counts().ok == Approx(20'000).epsilon(0.01));
}

TEST_CASE("two runs with one seed send the same messages at the same times") {
  const auto messages = [](std::uint64_t seed, load::Payload payload) {
    SimLoop loop;
    const SimEchoServer server(loop);
    auto plan = plan_of(stats::Model::open);
    plan.poisson = true;
    plan.duration = 1s;
    plan.seed = seed;
    plan.payload = std::move(payload);
    SimRun run(loop, server, plan);
    run.run();
    return server.received();
  };
  const load::Payload text{};
  const load::Payload binary{.type = ws::MessageType::binary, .size_bytes = 40};
  CHECK(messages(7, text) == messages(7, text));
  CHECK(messages(7, text) != messages(8, text));
  CHECK(messages(7, binary) == messages(7, binary));
  CHECK(messages(7, text).size() > 900);
}
