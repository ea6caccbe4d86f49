// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>

#include "core/json.h"
#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

const std::string kLarge(64'000, 'x');

/// Publishes more than the kernel and the queue of one connection hold.
int publish_much(const PubSubServer& server) {
  int published = 0;
  for (; published < 400; ++published) {
    post(server, "/t/room", std::to_string(published) + ":" + kLarge);
  }
  return published;
}

std::uint64_t count(const PubSubServer& server, std::string_view metric) {
  const std::string body = http(server, "GET", "/metrics").body;
  const std::size_t at = body.find("\nwskit_" + std::string(metric) + " ");
  REQUIRE(at != std::string::npos);
  return std::stoull(body.substr(body.find(' ', at + 1) + 1));
}

}  // namespace

TEST_CASE("a raw subscriber that does not read is closed with 1008, and the others are served") {
  const PubSubServer server({.close_timeout = std::chrono::seconds(20)},
                            {.queue = {.policy = pubsub::SlowPolicy::drop_new}});
  RawClient slow = server.subscriber("/t/room");
  RawClient other = server.subscriber("/t/room");
  for (int i = 0; count(server, "slow_closes_total") == 0; ++i) {
    post(server, "/t/room", std::to_string(i) + ":" + kLarge);
    const std::string text = read_text(other);
    REQUIRE(text.substr(0, text.find(':')) == std::to_string(i));
  }
  CHECK(slow.read_close() == 1008);
  CHECK(count(server, "queue_bytes") == 0);
}

TEST_CASE("a slow subscriber in envelopes is told in its place how many messages were dropped") {
  using Policy = pubsub::SlowPolicy;
  for (const Policy policy : {Policy::drop_new, Policy::drop_old, Policy::latest}) {
    INFO(pubsub::name(policy));
    const PubSubServer server({}, {.queue = {.policy = policy, .max_bytes = 300'000}});
    RawClient slow = server.subscriber("/t/room?envelope=json");
    const int published = publish_much(server);
    const std::uint64_t dropped =
        count(server, "dropped_total{policy=\"" + std::string(pubsub::name(policy)) + "\"}");
    REQUIRE(dropped > 0);
    int received = 0;
    std::uint64_t told = 0;
    std::uint64_t gaps = 0;
    int last = -1;
    while (received + static_cast<int>(told) < published) {
      const Json item = parse_json(read_text(slow)).value();
      if (item.contains("gap")) {
        CHECK(item["gap"]["reason"] == "slow");
        told += item["gap"]["messages"].get<std::uint64_t>();
        ++gaps;
        continue;
      }
      const int number = std::stoi(item["data"].get<std::string>());
      CHECK(number > last);
      last = number;
      ++received;
    }
    CHECK(told == dropped);
    CHECK(count(server, "gaps_total{reason=\"slow\"}") == gaps);
    CHECK(count(server, "gaps_total{reason=\"lost\"}") == 0);
    CHECK(count(server, "slow_closes_total") == 0);
  }
}

TEST_CASE("a slow event stream that is cut goes on after its last id") {
  const PubSubServer server({}, {.retention = {.bytes_per_topic = std::size_t{64} << 20}});
  RawClient slow(server.port());
  const std::string head =
      slow.request("GET /t/room HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
  REQUIRE(head.starts_with("HTTP/1.1 200"));
  int published = 0;
  for (; count(server, "slow_closes_total") == 0; ++published) {
    post(server, "/t/room", std::to_string(published) + ":" + kLarge);
  }
  std::string cursor;
  int expected = 0;
  while (const auto chunk = slow.read_chunk()) {
    REQUIRE(!chunk->empty());  // the end of a chunked body would say that nothing is missing
    for (std::size_t at = 0; (at = chunk->find("id: ", at)) != std::string::npos; ++at) {
      cursor = chunk->substr(at + 4, chunk->find('\n', at) - at - 4);
    }
    for (std::size_t at = 0; (at = chunk->find("data: ", at)) != std::string::npos; ++at) {
      CHECK(std::stoi(chunk->substr(at + 6)) == expected++);
    }
  }
  REQUIRE(expected < published);
  while (expected < published) {
    const HttpReply page = http(server, "GET", "/t/room?wait=0&after=" + cursor);
    const Json answer = parse_json(page.body).value();
    for (const Json& message : answer["messages"]) {
      CHECK(std::stoi(message["data"].get<std::string>()) == expected++);
    }
    cursor = answer["cursor"];
  }
}

TEST_CASE("a drain closes one after the other with 1012, and serves the rest meanwhile") {
  PubSubServer server({.drain_time = std::chrono::minutes(10),
                       .drain_code = wire::CloseCode::service_restart,
                       .drain_spread = true});
  std::vector<RawClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(server.subscriber("/t/room"));
  }
  server.server().drain();
  CHECK(clients[0].read_close() == 1012);
  clients[3].send_frame(kText, "still here");
  CHECK(read_text(clients[3]) == "still here");
  server.server().stop();
  server.server().wait();
}

TEST_CASE("a drain ends streams and polls as whole answers") {
  PubSubServer server({.drain_time = std::chrono::minutes(1)});
  RawClient events(server.port());
  REQUIRE(events.request("GET /t/room HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
              .starts_with("HTTP/1.1 200"));
  RawClient poll(server.port());
  poll.send("GET /t/room/apart?wait=5m HTTP/1.1\r\nHost: x\r\n\r\n");
  await_subscriptions(server, 2);
  server.server().drain();
  CHECK(events.read_all().ends_with("\r\n0\r\n\r\n"));
  CHECK(poll.request("").starts_with("HTTP/1.1 200"));
  CHECK(poll.read_all().find("\"messages\":[]") != std::string::npos);
  server.server().wait();
}
