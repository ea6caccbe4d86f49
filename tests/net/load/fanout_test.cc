// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdint>

#include "tests/net/load/sim_pubsub.h"
#include "tests/net/load/sim_run.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

/// One publisher, one message in flight, ten subscribers of one topic.
load::Plan closed_fanout(std::uint64_t messages) {
  return {.connections = 11,
          .duration = 100s,
          .max_messages = messages,
          .timeout = 1s,
          .seed = 1,
          .fanout = load::FanoutPlan{.topics = {"room"},
                                     .publishers = 1,
                                     .subscribers = 10,
                                     .requests = {},
                                     .hello = {},
                                     .subscribe = {"sub {{topic}}"},
                                     .subscribed = {},
                                     .ping = {},
                                     .pong = {},
                                     .publish = "pub {{topic}} {{payload}}",
                                     .pointer = {}}};
}

load::Plan open_fanout(double rate, Nanoseconds duration) {
  load::Plan plan = closed_fanout(0);
  plan.model = stats::Model::open;
  plan.rate = rate;
  plan.duration = duration;
  return plan;
}

const stats::FanoutResult& fanout_of(SimRun& run) {
  return *run.worker().tally().fanout();
}

std::uint64_t count_at(SimRun& run, stats::MetricId id, Nanoseconds value) {
  return run.measured().metrics[id]->answered().count_at(value);
}

/// One subscriber's fate for message 50 of a hundred.
SimPubSubOptions once(Fate fate) {
  return {
      .fate = [fate](std::uint64_t n,
                     std::size_t place) { return n == 50 && place == 3 ? fate : Fate::deliver; },
      .delay = {},
      .before = {},
      .after = {}};
}

}  // namespace

TEST_CASE("each, first, last and spread are what the server makes of them") {
  SimLoop loop;
  SimPubSub server(loop,
                   {.fate = {},
                    .delay = [](std::uint64_t,
                                std::size_t place) { return (static_cast<int>(place) + 1) * 1ms; },
                    .before = {},
                    .after = {}});
  SimRun run(loop, server.server(), closed_fanout(100));
  run.run();
  CHECK(run.finished());
  CHECK(run.counts().scheduled == 100);
  CHECK(run.counts().ok == 100);
  CHECK(run.counts().errors() == 0);
  CHECK(fanout_of(run).expected == 1000);
  CHECK(fanout_of(run).delivered == 1000);
  CHECK(fanout_of(run).sums_hold());
  for (int place = 1; place <= 10; ++place) {
    CHECK(count_at(run, stats::MetricId::each, place * 1ms) == 100);
  }
  CHECK(count_at(run, stats::MetricId::first, 1ms) == 100);
  CHECK(count_at(run, stats::MetricId::last, 10ms) == 100);
  CHECK(count_at(run, stats::MetricId::spread, 9ms) == 100);
  CHECK_FALSE(run.measured().metrics[stats::MetricId::service].has_value());
}

TEST_CASE("a delivery that is lost times out, is a gap, and leaves its message without a last") {
  SimLoop loop;
  SimPubSub server(loop, once(Fate::lose));
  load::Plan plan = closed_fanout(100);
  plan.window = 2;
  SimRun run(loop, server.server(), plan);
  run.run();
  CHECK(run.counts().timeout == 1);
  CHECK(run.counts().ok == 99);
  CHECK(run.counts().sums_hold());
  CHECK(fanout_of(run).expected == 1000);
  CHECK(fanout_of(run).delivered == 999);
  CHECK(fanout_of(run).undelivered == 1);
  CHECK(fanout_of(run).gaps == 1);
  CHECK(fanout_of(run).subscribers_with_gaps == 1);
  CHECK(fanout_of(run).sums_hold());
  const stats::Metrics metrics = run.measured().metrics;
  CHECK(metrics[stats::MetricId::each]->answered().count() == 999);
  CHECK(metrics[stats::MetricId::each]->censored_count() == 1);
  CHECK(metrics[stats::MetricId::first]->answered().count() == 100);
  CHECK(metrics[stats::MetricId::last]->answered().count() == 99);
  CHECK(metrics[stats::MetricId::last]->censored_count() == 1);
}

TEST_CASE("a row of losses is one gap, two rows are two, and one at the end is none") {
  SimLoop loop;
  SimPubSub server(loop, {.fate =
                              [](std::uint64_t n, std::size_t place) {
                                const bool lost = n < 5 || n == 20 || n == 99;
                                return lost && place == 9 ? Fate::lose : Fate::deliver;
                              },
                          .delay = {},
                          .before = {},
                          .after = {}});
  SimRun run(loop, server.server(), open_fanout(100, 1s));
  run.run();
  CHECK(run.counts().scheduled == 100);
  CHECK(run.counts().timeout == 7);
  CHECK(fanout_of(run).undelivered == 7);
  CHECK(fanout_of(run).gaps == 2);
  CHECK(fanout_of(run).subscribers_with_gaps == 1);
}

TEST_CASE("a delivery that comes twice is one delivery and one duplicate") {
  SimLoop loop;
  SimPubSub server(loop, once(Fate::twice));
  SimRun run(loop, server.server(), open_fanout(100, 1s));
  run.run();
  CHECK(run.counts().ok == 100);
  CHECK(run.counts().duplicate == 1);
  CHECK(fanout_of(run).delivered == 1000);
  CHECK(fanout_of(run).subscribers_with_duplicates == 1);
}

TEST_CASE("a delivery that another one overtakes is a reorder and no gap") {
  SimLoop loop;
  SimPubSub server(loop, once(Fate::hold));
  SimRun run(loop, server.server(), open_fanout(100, 1s));
  run.run();
  CHECK(run.counts().ok == 100);
  CHECK(run.counts().reordered == 1);
  CHECK(fanout_of(run).delivered == 1000);
  CHECK(fanout_of(run).gaps == 0);
  CHECK(fanout_of(run).subscribers_with_reorders == 1);
  CHECK(count_at(run, stats::MetricId::spread, 10ms) == 1);
}

TEST_CASE("a delivery with other content is damaged and its message corrupted") {
  SimLoop loop;
  SimPubSub server(loop, once(Fate::damage));
  SimRun run(loop, server.server(), open_fanout(100, 1s));
  run.run();
  CHECK(run.counts().corrupted == 1);
  CHECK(run.counts().ok == 99);
  CHECK(fanout_of(run).damaged == 1);
  CHECK(fanout_of(run).delivered == 999);
  CHECK(fanout_of(run).sums_hold());
}

TEST_CASE("a delivery after the time-out is late and stays undelivered") {
  SimLoop loop;
  SimPubSub server(loop, {.fate = {},
                          .delay =
                              [](std::uint64_t n, std::size_t place) {
                                return n == 50 && place == 3 ? Nanoseconds(2s) : 0ns;
                              },
                          .before = {},
                          .after = {}});
  SimRun run(loop, server.server(), open_fanout(100, 4s));
  run.run();
  CHECK(run.counts().timeout == 1);
  CHECK(run.counts().late_reply == 1);
  CHECK(run.counts().duplicate == 0);
  CHECK(fanout_of(run).undelivered == 1);
  CHECK(fanout_of(run).delivered == 3999);
}

TEST_CASE("a latency counts from the scheduled instant, whatever held the message up") {
  SimLoop loop;
  loop.network.to_listener = 2ms;
  loop.network.to_connector = 3ms;
  SimPubSub server(loop);
  SimRun run(loop, server.server(), open_fanout(100, 1s));
  run.run();
  CHECK(count_at(run, stats::MetricId::each, 5ms) == 1000);
  CHECK(count_at(run, stats::MetricId::spread, 0ms) == 100);
}

TEST_CASE("a subscriber that is gone is cut off and then absent") {
  SimLoop loop;
  SimPubSub server(loop, {.fate = {},
                          .delay = [](std::uint64_t, std::size_t) { return 15ms; },
                          .before = {},
                          .after = {}});
  SimRun run(loop, server.server(), open_fanout(100, 2s));
  run.run_until(1001ms);
  server.server().reset(3);
  run.run_rest();
  CHECK(run.finished());
  // 0 to 980 ms had come, 990 and 1000 ms were under way.
  CHECK(fanout_of(run).delivered == 9 * 200 + 99);
  CHECK(fanout_of(run).cut == 2);
  CHECK(fanout_of(run).absent == 99);
  CHECK(fanout_of(run).gaps == 0);
  CHECK(fanout_of(run).sums_hold());
  CHECK(run.counts().lost == 101);
  CHECK(run.counts().ok == 99);
  CHECK(run.counts().sums_hold());
  CHECK(run.worker().tally().connections().closed_early.at("reset") == 1);
}

TEST_CASE("what a publisher that is gone should have sent is unsent and reaches nobody") {
  SimLoop loop;
  SimPubSub server(loop, {.fate = {},
                          .delay = [](std::uint64_t, std::size_t) { return 15ms; },
                          .before = {},
                          .after = {}});
  SimRun run(loop, server.server(), open_fanout(100, 2s));
  run.run_until(1001ms);
  server.server().reset(10);
  run.run_rest();
  CHECK(run.counts().unsent == 99);
  CHECK(run.counts().lost == 2);
  CHECK(run.counts().ok == 99);
  CHECK(run.counts().late_reply == 20);
  CHECK(fanout_of(run).unpublished == 990);
  CHECK(fanout_of(run).cut == 20);
  CHECK(fanout_of(run).delivered == 990);
  CHECK(fanout_of(run).sums_hold());
}

TEST_CASE("a subscriber that comes back receives again") {
  SimLoop loop;
  SimPubSub server(loop);
  load::Plan plan = open_fanout(100, 2s);
  plan.on_close = load::OnClose::reconnect;
  SimRun run(loop, server.server(), plan);
  run.run_until(1001ms);
  server.server().reset(3);
  run.run_rest();
  CHECK(fanout_of(run).absent == 25);
  CHECK(fanout_of(run).delivered == 2000 - 25);
  CHECK(run.counts().sums_hold());
}

TEST_CASE("in the closed model nobody publishes to a topic that has lost its subscribers") {
  SimLoop loop;
  SimPubSub server(loop);
  load::Plan plan = closed_fanout(100);
  plan.fanout->subscribers = 1;
  plan.connections = 2;
  SimRun run(loop, server.server(), plan);
  SECTION("before the start") {
    run.run_until(-1ms);
    server.server().reset(0);
    run.run_rest();
    CHECK(run.counts().scheduled == 0);
  }
  SECTION("in the middle") {
    loop.network.to_listener = 10ms;
    run.run_until(105ms);
    server.server().reset(0);
    run.run_rest();
    CHECK(run.counts().scheduled < 20);
    CHECK(run.counts().lost == 1);
  }
  CHECK(run.finished());
  CHECK(run.worker().deserted());
  CHECK(run.counts().sums_hold());
}

TEST_CASE("each topic has its own publishers and subscribers") {
  SimLoop loop;
  SimPubSub server(loop);
  load::Plan plan = closed_fanout(30);
  plan.fanout->topics = {"a", "b", "c"};
  plan.fanout->publishers = 3;
  plan.fanout->subscribers = 8;
  SimRun run(loop, server.server(), plan);
  run.run();
  CHECK(run.counts().ok == 30);
  // Ten messages each to three, three and two.
  CHECK(fanout_of(run).expected == 80);
  CHECK(fanout_of(run).delivered == 80);
  CHECK_FALSE(run.worker().deserted());
  CHECK(run.counts().unmatched == 0);
}

TEST_CASE("the payload is found where the pointer says, and what has none is a push") {
  SimLoop loop;
  SimPubSub server(loop,
                   {.fate = {}, .delay = {}, .before = R"({"to":"room","data":")", .after = "\"}"});
  load::Plan plan = open_fanout(100, 1s);
  plan.fanout->pointer = "/data";
  SimRun run(loop, server.server(), plan);
  run.run_until(501ms);
  server.server().send_at(loop.now(), 2, R"({"ack":1})");
  server.server().send_at(loop.now(), 2, R"({"data":"of somebody else"})");
  run.run_rest();
  CHECK(fanout_of(run).delivered == 1000);
  CHECK(run.counts().push == 1);
  CHECK(run.counts().unmatched == 1);
}

TEST_CASE("what is published in the warm-up stands in no figure of the measurement") {
  SimLoop loop;
  SimPubSub server(loop, once(Fate::lose));
  load::Plan plan = open_fanout(100, 1s);
  plan.warmup = 1s;
  SimRun run(loop, server.server(), plan);
  run.run();
  CHECK(run.counts().ok == 100);
  CHECK(fanout_of(run).expected == 1000);
  CHECK(fanout_of(run).delivered == 1000);
  CHECK(fanout_of(run).gaps == 0);
  const stats::Phase warmup = run.worker().tally().warmup().total();
  CHECK(warmup.counts.timeout == 1);
  CHECK(warmup.metrics[stats::MetricId::each]->answered().count() == 999);
}
