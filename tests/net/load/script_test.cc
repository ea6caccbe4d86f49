// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <set>
#include <string>

#include "tests/net/load/script_plan.h"
#include "tests/net/load/sim_run.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

const std::string kChat =
    "step login\n> user {{conn}}\n< user {{conn}}\nstep talk\n> hi {{seq}} {{uuid}}\n< ~ /^hi/\n";

load::Plan limited(load::Plan plan, std::uint64_t iterations) {
  plan.max_messages = iterations;
  return plan;
}

const stats::ScriptResult& script_of(SimRun& run) {
  return *run.worker().tally().script();
}

/// Steps begin with what stands before the first name.
const stats::StepResult& step_of(SimRun& run, const std::string& name) {
  const auto& steps = script_of(run).steps;
  const auto found = std::ranges::find(steps, name, &stats::StepResult::name);
  REQUIRE(found != steps.end());
  return *found;
}

void check_sums(SimRun& run) {
  CHECK(run.finished());
  CHECK(script_of(run).sums_hold());
  CHECK(run.counts().sums_hold());
  CHECK(run.counts().scheduled == script_of(run).started);
  CHECK(run.counts().ok == script_of(run).completed);
}

}  // namespace

TEST_CASE("each connection plays its share of the iterations on the connection that it has") {
  SimLoop loop;
  const SimEchoServer server(loop, {.delay = 2ms});
  SimRun run(loop, server, limited(script_plan(kChat, 10), 300));
  run.run();
  check_sums(run);
  CHECK(script_of(run).completed == 300);
  CHECK(server.connections() == 10);
  CHECK(server.messages() == 600);
  CHECK(step_of(run, "login").metric.answered().count() == 300);
  CHECK(step_of(run, "talk").metric.answered().count() == 300);
  CHECK(step_of(run, "talk").metric.answered().min() >= 2ms - 10us);
  CHECK(step_of(run, "talk").metric.answered().max() <= 2ms + 10us);
  const auto metrics = run.measured().metrics;
  const auto& whole = metrics[stats::MetricId::service];
  REQUIRE(whole.has_value());
  CHECK(whole->answered().count() == 300);
  CHECK(whole->answered().min() >= 4ms - 10us);
}

TEST_CASE("connections have numbers, values and random ones of their own") {
  SimLoop loop;
  const SimEchoServer server(loop);
  SimRun run(loop, server, limited(script_plan(kChat, 3), 9));
  run.run();
  check_sums(run);
  const auto& received = server.received();
  for (const char* const user : {"user 1", "user 2", "user 3"}) {
    CHECK(std::ranges::count(received, user) == 3);
  }
  std::set<std::string> talks;
  for (const std::string& message : received) {
    if (message.starts_with("hi ")) {
      talks.insert(message.substr(message.rfind(' ')));
    }
  }
  CHECK(talks.size() == 9);
  CHECK(std::ranges::any_of(received, [](const std::string& m) { return m.starts_with("hi 3 "); }));
}

TEST_CASE("what is captured in one iteration is unknown in the next") {
  SimLoop loop;
  const SimEchoServer server(loop);
  // In the first iteration the line with {{x}} fails, and so it does in each later one.
  SimRun run(loop, server,
             limited(script_plan("> a\n< ~ /(?<y>a)/\n> {{x}}\n< ~ /(?<x>.)/\n", 1), 3));
  run.run();
  check_sums(run);
  CHECK(script_of(run).failed == 3);
  CHECK_THAT(script_of(run).first_failure, Catch::Contains("{{x}} has no value yet"));
}

TEST_CASE("a failure is counted in its step, and the next iteration has a fresh connection") {
  SimLoop loop;
  SimEchoOptions options;
  options.fault = [](std::uint64_t n) { return n == 5 ? EchoFault::corrupt : EchoFault::none; };
  const SimEchoServer server(loop, options);
  SimRun run(loop, server,
             limited(script_plan("step a\n> one\n< one\nstep b\n> two\n< [100ms] two\n", 1), 10));
  run.run();
  check_sums(run);
  CHECK(script_of(run).completed == 9);
  CHECK(script_of(run).failed == 1);
  CHECK(step_of(run, "a").failures.empty());
  CHECK(step_of(run, "b").failures == stats::Causes{{"timeout", 1}});
  CHECK(step_of(run, "a").metric.answered().count() == 10);
  CHECK(step_of(run, "b").metric.answered().count() == 9);
  CHECK(step_of(run, "b").metric.censored_count() == 1);
  CHECK(server.connections() == 2);
  CHECK(run.counts().timeout == 1);
  CHECK(run.worker().tally().connections().closed_early.empty());
  CHECK_THAT(script_of(run).first_failure,
             Catch::StartsWith("connection 1, iteration 3: nothing like it came within 100 ms\n"
                               "t.wst:6: < [100ms] two\n"));
}

TEST_CASE("a server that fails every iteration is not hammered") {
  SimLoop loop;
  const SimEchoServer server(loop);
  auto plan = script_plan("> a\nstrict < b\n", 2);
  plan.duration = 10s;
  SimRun run(loop, server, plan);
  run.run();
  check_sums(run);
  CHECK(script_of(run).completed == 0);
  // One at the start and one every 250 ms.
  CHECK(script_of(run).failed == Approx(80).margin(2));
  CHECK(run.counts().error_reply == script_of(run).failed);
}

TEST_CASE("a script that closes its connection gets a new one for each iteration") {
  SimLoop loop;
  const SimEchoServer server(loop);
  SimRun run(loop, server, limited(script_plan("> a\n< a\n> close 1000\n< close 1000\n", 2), 20));
  run.run();
  check_sums(run);
  CHECK(script_of(run).completed == 20);
  CHECK(server.connections() == 20);
  CHECK(run.worker().tally().connections().closed_early.empty());
}

TEST_CASE("iterations are accounted for when connections are lost") {
  SimLoop loop;
  loop.network.to_listener = 1ms;
  SimEchoOptions options;
  options.fault = [](std::uint64_t n) { return n % 50 == 7 ? EchoFault::reset : EchoFault::none; };
  const SimEchoServer server(loop, options);
  SimRun run(loop, server, limited(script_plan(kChat, 5), 200));
  run.run();
  check_sums(run);
  CHECK(script_of(run).started == 200);
  CHECK(run.counts().lost == script_of(run).failed);
  CHECK(run.counts().lost >= 7);
  CHECK(run.worker().tally().connections().closed_early.at("reset") == run.counts().lost);
}

TEST_CASE("a connection that is lost before the start is opened again") {
  SimLoop loop;
  SimEchoServer server(loop);
  auto plan = limited(script_plan("> a\n< a\n", 5), 50);
  plan.connect_rate = 10;
  SimRun run(loop, server, plan);
  run.worker().connect();
  loop.run_until(loop.now() + 150ms);
  server.drop();
  run.run_rest();
  check_sums(run);
  CHECK(server.connections() > 5);
  CHECK(script_of(run).completed == 50);
}

TEST_CASE("an iteration that closed its connection goes on when all others are lost") {
  SimLoop loop;
  SimEchoOptions options;
  options.fault = [](std::uint64_t n) { return n == 1 ? EchoFault::drop : EchoFault::none; };
  options.refuse = [](std::uint64_t connection) { return connection == 2; };
  const SimEchoServer server(loop, options);
  SimRun run(
      loop, server,
      limited(script_plan("> a\n< [50ms] a\n> close 1000\n< close 1000\nsleep 500ms\n", 2), 10));
  run.run();
  check_sums(run);
  CHECK(script_of(run).completed == 5);
  CHECK(script_of(run).failed == 1);
}

TEST_CASE("a connection that opens while the run closes the others is closed too") {
  // The first connection fails and is opened again; somewhere in between the run ends, which closes
  // the second one.
  for (auto duration = 250ms; duration < 350ms; duration += 1ms) {
    SimLoop loop;
    loop.network.to_listener = 5ms;
    SimEchoOptions options;
    options.fault = [](std::uint64_t n) { return n == 0 ? EchoFault::drop : EchoFault::none; };
    const SimEchoServer server(loop, options);
    auto plan = script_plan("> a\n< [30ms] a\n", 2);
    plan.duration = duration;
    SimRun run(loop, server, plan);
    run.run();
    INFO(duration.count() << " ms");
    check_sums(run);
    CHECK(script_of(run).failed == 1);
  }
}

TEST_CASE("what is not over when the time for the last iterations is, is cut off") {
  SimLoop loop;
  SimEchoOptions options;
  options.fault = [](std::uint64_t n) { return n >= 100 ? EchoFault::drop : EchoFault::none; };
  const SimEchoServer server(loop, options);
  auto plan = script_plan("step s\n> a\n< [1h] a\n", 4);
  plan.duration = 2s;
  SimRun run(loop, server, plan);
  run.run();
  check_sums(run);
  CHECK(script_of(run).completed == 100);
  CHECK(script_of(run).cut_off == 4);
  CHECK(run.counts().timeout == 4);
  CHECK(step_of(run, "s").metric.censored_count() == 4);
}

TEST_CASE("the warm-up's iterations stand apart") {
  SimLoop loop;
  const SimEchoServer server(loop, {.delay = 10ms});
  auto plan = script_plan("step s\n> a\n< a\n", 2);
  plan.warmup = 1s;
  plan.duration = 1s;
  SimRun run(loop, server, plan);
  run.run();
  check_sums(run);
  CHECK(script_of(run).completed == Approx(200).margin(4));
  CHECK(step_of(run, "s").metric.answered().count() == script_of(run).completed);
  const auto warmup = run.worker().tally().warmup().total_counts();
  CHECK(warmup.ok == Approx(200).margin(4));
  CHECK(warmup.sums_hold());
}

TEST_CASE("a script that waits for nothing leaves the loop to others") {
  SimLoop loop;
  const SimEchoServer server(loop);
  SimRun run(loop, server, limited(script_plan("> a\n", 2), 1000));
  run.run();
  check_sums(run);
  CHECK(script_of(run).completed == 1000);
}

TEST_CASE("scripts that are no load are refused with their line") {
  const auto refusal = [](const std::string& text) {
    const auto plan = script_plan(text, 1);
    const script::Script& script = *plan.script->compiled.front();
    const auto checked = load::check_playable(script, script.tests.front());
    return checked ? std::string() : checked.error().message;
  };
  CHECK(refusal("> a\nrepeat 3 {\n< a\n}\n").empty());
  CHECK_THAT(refusal("test x\nclient a, b\na> 1\nb< 1\n"),
             Catch::StartsWith("t.wst:1: ") && Catch::Contains("2 clients"));
  CHECK_THAT(refusal("> a\nrepeat 2 {\nreconnect\n}\n"), Catch::StartsWith("t.wst:3: "));
  CHECK_THAT(refusal("< open\n> a\n"), Catch::StartsWith("t.wst:1: "));
  CHECK_THAT(refusal("http GET http://h/\n> a\n"), Catch::StartsWith("t.wst:1: http"));
}
