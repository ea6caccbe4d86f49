// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdint>
#include <string>

#include "tests/net/load/sim_pubsub.h"
#include "tests/net/load/sim_run.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

/// 100 messages to ten subscribers, who are there once the server says so.
load::Plan confirmed_fanout() {
  return {.connections = 11,
          .duration = 100s,
          .max_messages = 100,
          .timeout = 1s,
          .seed = 1,
          .fanout = load::FanoutPlan{.topics = {"room"},
                                     .publishers = 1,
                                     .subscribers = 10,
                                     .requests = {},
                                     .hello = {"hi!"},
                                     .subscribe = {"sub {{topic}}"},
                                     .subscribed = "joined",
                                     .ping = {},
                                     .pong = {},
                                     .publish = "pub {{topic}} {{payload}}",
                                     .pointer = {}}};
}

const stats::FanoutResult& deliveries_of(SimRun& run) {
  return *run.worker().tally().fanout();
}

/// The first subscription holds after a second, each further one a second later.
std::optional<Nanoseconds> slowly(std::size_t place) {
  return (static_cast<int>(place) + 1) * 900ms;
}

}  // namespace

TEST_CASE("nothing is published before each subscription is confirmed") {
  SimLoop loop;
  SimPubSub server(loop);
  server.confirm_after(slowly);
  SimRun run(loop, server.server(), confirmed_fanout());
  run.run();
  CHECK(run.finished());
  CHECK(deliveries_of(run).expected == 1000);
  CHECK(deliveries_of(run).delivered == 1000);
  // Neither "wait" nor the confirmation is a delivery.
  CHECK(run.counts().unmatched == 0);
  CHECK(server.greetings() == 11);
}

TEST_CASE("without a confirmation to wait for, what is published too early is not delivered") {
  SimLoop loop;
  SimPubSub server(loop);
  server.confirm_after(slowly);
  load::Plan plan = confirmed_fanout();
  plan.fanout->subscribed.clear();
  SimRun run(loop, server.server(), plan);
  run.run();
  CHECK(deliveries_of(run).expected == 1000);
  CHECK(deliveries_of(run).undelivered > 0);
  CHECK(run.counts().unmatched > 0);
}

TEST_CASE("a subscriber whose subscription is not confirmed in time never opened") {
  SimLoop loop;
  SimPubSub server(loop);
  server.confirm_after([](std::size_t place) {
    return place == 4 ? std::nullopt : std::optional<Nanoseconds>(1ms);
  });
  SimRun run(loop, server.server(), confirmed_fanout());
  run.run();
  CHECK(run.finished());
  CHECK(deliveries_of(run).delivered == 900);
  CHECK(deliveries_of(run).absent == 100);
  const auto& failure = run.worker().first_failure();
  REQUIRE(failure);
  CHECK(failure->code == ErrorCode::timeout);
  CHECK(failure->message.find("'joined'") != std::string::npos);
  CHECK(failure->message.find("what came last: wait") != std::string::npos);
}

TEST_CASE("a connection that ends before its subscription is confirmed never opened") {
  SimLoop loop;
  SimPubSub server(loop);
  server.confirm_after(slowly);
  SimRun run(loop, server.server(), confirmed_fanout());
  run.worker().connect();
  // Three are confirmed, and with the publisher open.
  loop.advance(3s);
  CHECK(run.worker().open_connections() == 4);
  server.server().drop();
  run.run_rest();
  CHECK(deliveries_of(run).delivered == 0);
  CHECK(run.worker().first_failure());
}

TEST_CASE("a message may hold several documents, one a line, each a delivery or a push") {
  SimLoop loop;
  SimPubSub server(loop, {.fate = {},
                          .delay = {},
                          .before = "{\"ping\":1}\n{\"data\":\"",
                          .after = "\"}\n\n{\"data\":\"of somebody else\"}\n"});
  load::Plan plan = confirmed_fanout();
  plan.fanout->subscribed.clear();
  plan.fanout->pointer = "/data";
  SimRun run(loop, server.server(), plan);
  run.run();
  CHECK(deliveries_of(run).delivered == 1000);
  CHECK(run.counts().push == 1000);
  CHECK(run.counts().unmatched == 1000);
}

TEST_CASE("publishers and subscribers answer the pings of the server's own protocol") {
  SimLoop loop;
  SimPubSub server(loop);
  server.confirm_after(slowly);
  load::Plan plan = confirmed_fanout();
  plan.fanout->ping = "ping";
  plan.fanout->pong = "hi!";
  SimRun run(loop, server.server(), plan);
  run.worker().connect();
  // Some subscriptions are confirmed, others are not.
  loop.advance(3s);
  for (std::size_t connection = 0; connection < 11; ++connection) {
    server.server().send_at(loop.now(), connection, "ping");
  }
  run.run_rest();
  CHECK(server.greetings() == 22);
  CHECK(deliveries_of(run).delivered == 1000);
  CHECK(run.counts().unmatched == 0);
  CHECK(run.counts().push == 0);
}

TEST_CASE("a ping among several documents of a message is answered") {
  SimLoop loop;
  SimPubSub server(loop,
                   {.fate = {}, .delay = {}, .before = "{}\n{\"data\":\"", .after = "\"}\n{}"});
  load::Plan plan = confirmed_fanout();
  plan.fanout->hello.clear();
  plan.fanout->subscribed.clear();
  plan.fanout->pointer = "/data";
  plan.fanout->ping = "{}";
  plan.fanout->pong = "hi!";
  SimRun run(loop, server.server(), plan);
  run.run();
  CHECK(server.greetings() == 2000);
  CHECK(deliveries_of(run).delivered == 1000);
}
