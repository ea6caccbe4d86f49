// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdint>

#include "tests/net/load/sim_run.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

load::Plan open_plan(double rate, Nanoseconds duration) {
  return {.model = stats::Model::open,
          .rate = rate,
          .connections = 10,
          .duration = duration,
          .timeout = 1s,
          .seed = 1};
}

/// The fault for one message in a thousand.
SimEchoOptions rarely(EchoFault fault) {
  return {.fault = [fault](std::uint64_t n) { return n % 1000 == 500 ? fault : EchoFault::none; }};
}

}  // namespace

TEST_CASE("every message of a healthy run is sent and answered") {
  SimLoop loop;
  const SimEchoServer server(loop);
  SimRun run(loop, server, open_plan(5000, 10s));
  run.run();
  CHECK(run.finished());
  CHECK(run.counts().scheduled == 50'000);
  CHECK(run.counts().sent == 50'000);
  CHECK(run.counts().ok == 50'000);
  CHECK(run.counts().errors() == 0);
  CHECK(run.counts().sums_hold());
  CHECK(server.messages() == 50'000);
}

TEST_CASE("an answer with other content is corrupted") {
  SimLoop loop;
  const SimEchoServer server(loop, rarely(EchoFault::corrupt));
  SimRun run(loop, server, open_plan(1000, 10s));
  run.run();
  CHECK(run.counts().corrupted == 10);
  CHECK(run.counts().ok == 9990);
  CHECK(run.counts().errors() == 10);
  CHECK(run.counts().sums_hold());
}

TEST_CASE("a message that is never answered times out and is censored at its waiting time") {
  SimLoop loop;
  const SimEchoServer server(loop, rarely(EchoFault::drop));
  SimRun run(loop, server, open_plan(1000, 10s));
  run.run();
  CHECK(run.counts().timeout == 10);
  CHECK(run.counts().ok == 9990);
  CHECK(run.counts().reordered == 0);
  CHECK(run.counts().sums_hold());
  const auto metrics = run.measured().metrics;
  const auto& response = metrics[stats::MetricId::response];
  REQUIRE(response.has_value());
  CHECK(response->censored_count() == 10);
  CHECK(response->censored()->min() >= 999ms);
}

TEST_CASE("an answer that comes twice is one ok and one duplicate") {
  SimLoop loop;
  const SimEchoServer server(loop, rarely(EchoFault::duplicate));
  SimRun run(loop, server, open_plan(1000, 10s));
  run.run();
  CHECK(run.counts().ok == 10'000);
  CHECK(run.counts().duplicate == 10);
  CHECK(run.counts().errors() == 0);
}

TEST_CASE("two answers in the wrong order are both ok and one reorder") {
  SimLoop loop;
  const SimEchoServer server(loop, rarely(EchoFault::hold_for_next));
  SimRun run(loop, server, open_plan(1000, 10s));
  run.run();
  CHECK(run.counts().ok == 10'000);
  CHECK(run.counts().reordered == 10);
  CHECK(run.counts().errors() == 0);
}

TEST_CASE("the sums hold when the server is killed in the middle of the run") {
  SimLoop loop;
  loop.network.to_listener = 5ms;
  loop.network.to_connector = 5ms;
  SimEchoServer server(loop);
  SimRun run(loop, server, open_plan(5000, 10s));
  run.run_until(4s);
  server.kill();
  run.run_rest();
  CHECK(run.finished());
  CHECK(run.counts().scheduled == 50'000);
  CHECK(run.counts().lost > 0);
  CHECK(run.counts().unsent > 29'000);
  CHECK(run.counts().ok > 19'000);
  CHECK(run.counts().sums_hold());
  CHECK(run.worker().tally().connections().closed_early.at("reset") == 10);
}

TEST_CASE("the sums hold when half of the connections are closed") {
  SimLoop loop;
  SimEchoServer server(loop);
  SimRun run(loop, server, open_plan(5000, 10s));
  run.run_until(5s);
  server.close_half();
  run.run_rest();
  CHECK(run.counts().scheduled == 50'000);
  CHECK(run.counts().unsent == Approx(12'500).margin(10));
  CHECK(run.counts().ok == Approx(37'500).margin(10));
  CHECK(run.counts().sums_hold());
}

TEST_CASE("load of a lost connection never moves to the others") {
  SimLoop loop;
  SimEchoServer server(loop);
  SimRun run(loop, server, open_plan(1000, 10s));
  run.run_until(-1ns);
  server.close_half();
  run.run_rest();
  CHECK(run.counts().ok == 5000);
  CHECK(run.counts().unsent == 5000);
}

TEST_CASE("a lost connection comes back when told to reconnect") {
  SimLoop loop;
  SimEchoServer server(loop);
  auto plan = open_plan(1000, 10s);
  plan.on_close = load::OnClose::reconnect;
  SimRun run(loop, server, plan);
  run.run_until(5s);
  server.close_half();
  run.run_rest();
  CHECK(run.counts().unsent == Approx(125).margin(5));
  CHECK(run.counts().sums_hold());
  CHECK(run.worker().tally().connections().opened == 15);
}

TEST_CASE("the sums hold when the server answers nothing") {
  SimLoop loop;
  const SimEchoServer server(loop, {.fault = [](std::uint64_t) { return EchoFault::drop; }});
  SimRun run(loop, server, open_plan(1000, 3s));
  run.run();
  CHECK(run.finished());
  CHECK(run.counts().scheduled == 3000);
  CHECK(run.counts().timeout == 3000);
  CHECK(run.counts().sums_hold());
}

TEST_CASE("the sums hold when the server reads nothing") {
  SimLoop loop;
  loop.network.socket_buffer = 4096;
  const SimEchoServer server(loop, {.deaf = true});
  auto plan = open_plan(1000, 3s);
  plan.payload.size_bytes = 1000;
  SimRun run(loop, server, plan);
  run.run();
  CHECK(run.finished());
  CHECK(run.counts().scheduled == 3000);
  CHECK(run.counts().ok == 0);
  CHECK(run.counts().unsent > 0);
  CHECK(run.counts().sums_hold());
}

TEST_CASE("messages of connections that never opened are unsent with the cause") {
  SimLoop loop;
  const SimEchoServer server(loop, {.refuse = [](std::uint64_t n) { return n < 2; }});
  SimRun run(loop, server, open_plan(1000, 10s));
  run.run();
  CHECK(run.counts().unsent == 2000);
  CHECK(run.counts().ok == 8000);
  const auto& tally = run.worker().tally();
  CHECK(tally.connections().failed.at("upgrade_http_status") == 2);
  CHECK(tally.unsent_causes().at("upgrade_http_status") == 2000);
}

TEST_CASE("a run without any connection accounts for the whole plan at once") {
  SimLoop loop;
  const SimEchoServer server(loop, {.refuse = [](std::uint64_t) { return true; }});
  SimRun run(loop, server, open_plan(1000, 10s));
  run.run();
  CHECK(run.finished());
  CHECK(run.counts().scheduled == 10'000);
  CHECK(run.counts().unsent == 10'000);
  CHECK(run.counts().sums_hold());
}

TEST_CASE("an interruption ends the schedule there and waits for what is out") {
  SimLoop loop;
  const SimEchoServer server(loop, {.delay = 100ms});
  SimRun run(loop, server, open_plan(1000, 10s));
  run.run_until(4s);
  run.worker().interrupt();
  run.run_rest();
  CHECK(run.finished());
  CHECK(run.counts().scheduled == 4001);
  CHECK(run.counts().ok == 4001);
  CHECK(run.counts().sums_hold());
}
