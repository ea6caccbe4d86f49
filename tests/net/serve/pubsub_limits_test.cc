// SPDX-License-Identifier: MIT
// What each limit of the server answers, and that it is counted.
#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/json.h"
#include "tests/net/serve/deflated_zeros.h"
#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kAzureOffer = "Sec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n";

std::uint64_t refusals(const PubSubServer& server, serve::Limit limit) {
  std::uint64_t sum = 0;
  for (const auto& thread : server.state().threads()) {
    sum += thread.connections->limited(limit);
  }
  return sum;
}

/// Waits until the limit has refused so much.
void await_refusals(const PubSubServer& server, serve::Limit limit, std::uint64_t wanted) {
  while (refusals(server, limit) < wanted) {
    static_cast<void>(http(server, "GET", "/healthz"));
  }
  CHECK(refusals(server, limit) == wanted);
}

std::string upgrade_answer(RawClient& client, std::string_view path = "/t/room") {
  return client.request(upgrade_request({}, path));
}

}  // namespace

TEST_CASE("an address has so many connections, of all transports together") {
  const PubSubServer server({.max_connections_per_address = 2});
  const RawClient first = server.subscriber("/t/room");
  RawClient events(server.port());
  REQUIRE(events.request("GET /t/room HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
              .starts_with("HTTP/1.1 200"));
  RawClient third(server.port());
  CHECK_THAT(upgrade_answer(third), Catch::StartsWith("HTTP/1.1 429 Too Many Requests\r\n"));
  CHECK(http(server, "GET", "/t/room").status() == 429);
  CHECK(refusals(server, serve::Limit::address_connections) == 2);
  CHECK(post(server, "/t/room", "short").status() == 200);
  events.reset();
  await_subscriptions(server, 1);
  const RawClient again = server.subscriber("/t/room");
}

TEST_CASE("upgrades that are refused take no places") {
  const PubSubServer server({.max_connections = 1, .max_connections_per_address = 1});
  for (int i = 0; i < 3; ++i) {
    RawClient client(server.port());
    CHECK_THAT(upgrade_answer(client, "/elsewhere"), Catch::StartsWith("HTTP/1.1 404"));
  }
  const RawClient first = server.subscriber("/t/room");
  RawClient second(server.port());
  CHECK_THAT(upgrade_answer(second), Catch::StartsWith("HTTP/1.1 503"));
  CHECK(refusals(server, serve::Limit::connections) == 1);
}

TEST_CASE("the subscriptions of all connections together are limited") {
  const PubSubServer server({}, {.max_subscriptions = 3});
  const RawClient first = server.subscriber("/t/a");
  const RawClient second = server.subscriber("/t/b");
  RawClient azure(server.port());
  REQUIRE(azure.upgrade(kAzureOffer, "/client/hubs/chat"));
  CHECK_THAT(read_text(azure), Catch::Contains("connected"));
  azure.send_frame(kText, R"({"type":"joinGroup","ackId":1,"group":"c"})");
  CHECK_THAT(read_text(azure), Catch::Contains(R"("ackId":1,"success":true)"));
  azure.send_frame(kText, R"({"type":"joinGroup","ackId":2,"group":"d"})");
  CHECK_THAT(read_text(azure), Catch::Contains("no more subscriptions"));
  RawClient raw(server.port());
  CHECK_THAT(upgrade_answer(raw), Catch::StartsWith("HTTP/1.1 503"));
  CHECK(http(server, "GET", "/t/e?wait=0").status() == 503);
  CHECK(refusals(server, serve::Limit::subscriptions) == 3);
  azure.send_frame(kText, R"({"type":"leaveGroup","ackId":3,"group":"c"})");
  CHECK_THAT(read_text(azure), Catch::Contains(R"("ackId":3,"success":true)"));
  CHECK(http(server, "GET", "/t/e?wait=0").status() == 200);
}

TEST_CASE("the limit of all subscriptions is exact, whichever threads are asked at the same time") {
  constexpr std::size_t kPlaces = 10;
  constexpr int kClients = 60;
  const PubSubServer server({.threads = 4}, {.max_subscriptions = kPlaces});
  for (int round = 0; round < 3; ++round) {
    std::deque<RawClient> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back(server.port()).send(upgrade_request({}, "/t/room"));
    }
    std::size_t accepted = 0;
    for (RawClient& client : clients) {
      accepted += client.request("").starts_with("HTTP/1.1 101") ? 1U : 0U;
    }
    CHECK(accepted == kPlaces);
    clients.clear();
    await_subscriptions(server, 0);
  }
}

TEST_CASE("topics beyond those that a connection may name are counted") {
  const PubSubServer server({}, {.max_topics = 1});
  CHECK(http(server, "GET", "/t?topic=a&topic=b").status() == 400);
  RawClient azure(server.port());
  REQUIRE(azure.upgrade(kAzureOffer, "/client/hubs/chat"));
  CHECK_THAT(read_text(azure), Catch::Contains("connected"));
  for (const char* const group : {"a", "b"}) {
    azure.send_frame(kText,
                     std::string(R"({"type":"joinGroup","ackId":1,"group":")") + group + "\"}");
    static_cast<void>(read_text(azure));
  }
  CHECK(refusals(server, serve::Limit::topics) == 1);
  azure.send_frame(kText, R"({"type":"joinGroup","ackId":2,"group":"b"})");
  static_cast<void>(read_text(azure));
  CHECK(refusals(server, serve::Limit::topics) == 2);
}

TEST_CASE("requests that are never finished are cut in time and counted") {
  const PubSubServer server({.handshake_timeout = 1s});
  RawClient silent(server.port());
  RawClient half(server.port());
  half.send("GET /t/room HTTP/1.1\r\nHost: x\r\n");
  RawClient gone(server.port());
  gone.reset();  // which is no refusal
  CHECK(silent.wait_for_end());
  CHECK(half.wait_for_end());
  await_refusals(server, serve::Limit::handshake_time, 2);
}

TEST_CASE("a body that drips is cut in time though each piece comes soon") {
  const PubSubServer server({.handshake_timeout = 1s, .ping_interval = 200ms});
  RawClient client(server.port());
  client.send("POST /t/room HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  const auto start = std::chrono::steady_clock::now();
  bool open = true;
  while (open && std::chrono::steady_clock::now() - start < 15s) {
    open = client.send("x") && !client.wait_for_end(50ms);
  }
  CHECK_FALSE(open);
  CHECK(refusals(server, serve::Limit::handshake_time) == 1);
}

TEST_CASE("headers beyond their limit are cut and counted, and those below it are not") {
  const PubSubServer server({.max_header = 4096});
  const std::string padding = "X-Padding: " + std::string(3000, 'x') + "\r\n";
  CHECK(http(server, "GET", "/healthz", padding).status() == 200);
  RawClient client(server.port());
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n" + repeated(padding, 20) + "\r\n", 5s);
  CHECK(client.wait_for_end());
  await_refusals(server, serve::Limit::header_bytes, 1);
}

TEST_CASE("messages and bodies that are too long are counted") {
  const PubSubServer server({.max_message = 1000});
  RawClient client = server.subscriber("/t/room");
  client.send_frame(kText, std::string(1001, 'x'));
  CHECK(client.read_close() == 1009);
  CHECK(post(server, "/t/room", std::string(1001, 'x')).status() == 413);
  CHECK(refusals(server, serve::Limit::message_bytes) == 2);
}

TEST_CASE("a message above 1 MiB inflates to a hundred times its size at most") {
  constexpr unsigned kRsv1 = 0x40;
  constexpr std::size_t kMaxMessage = std::size_t{8} << 20U;
  constexpr std::string_view kDeflateOffer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  // Of zeros, which are a thousand times shorter compressed.
  const auto sends = [kDeflateOffer](const PubSubServer& server, std::size_t size) {
    RawClient client(server.port());
    REQUIRE(client.upgrade(kDeflateOffer, "/t/room"));
    client.send(masked_frame(kText | kRsv1, deflated_zeros(size)));
    return client;
  };
  SECTION("beyond that it is refused and counted") {
    const PubSubServer server({.max_message = kMaxMessage, .max_inflate_ratio = 100});
    CHECK(sends(server, std::size_t{1} << 20U).read_frame().has_value());
    CHECK(sends(server, std::size_t{2} << 20U).read_close() == 1009);
    CHECK(refusals(server, serve::Limit::inflate_ratio) == 1);
    CHECK(refusals(server, serve::Limit::message_bytes) == 0);
  }
  SECTION("without the limit its own length counts") {
    const PubSubServer server({.max_message = kMaxMessage});
    CHECK(sends(server, kMaxMessage).read_frame().has_value());
    CHECK(sends(server, 2 * kMaxMessage).read_close() == 1009);
    CHECK(refusals(server, serve::Limit::inflate_ratio) == 0);
    CHECK(refusals(server, serve::Limit::message_bytes) == 1);
  }
}

TEST_CASE("a server with as many connections as it may have gathers no long bodies") {
  const PubSubServer server({.max_connections = 1});
  const std::string body(100'000, 'x');
  CHECK(post(server, "/t/room", body).status() == 200);
  const RawClient first = server.subscriber("/t/room");
  CHECK(post(server, "/t/room", "short").status() == 200);
  CHECK(post(server, "/t/room", body).status() == 503);
  CHECK(refusals(server, serve::Limit::connections) == 1);
}

TEST_CASE("metrics tell of every limit, refused or not") {
  const PubSubServer server({.max_connections_per_address = 1});
  const RawClient first = server.subscriber("/t/room");
  RawClient second(server.port());
  CHECK_THAT(upgrade_answer(second), Catch::StartsWith("HTTP/1.1 429"));
  const std::string metrics = http(server, "GET", "/metrics").body;
  const auto tells = [&metrics](const std::string& line) {
    return metrics.find("\nwskit_limit_refusals_total{limit=\"" + line + "\n") != std::string::npos;
  };
  CHECK(tells("address_connections\"} 1"));
  for (const char* const limit : {"connections", "descriptors", "handshake_time", "header_bytes",
                                  "message_bytes", "inflate_ratio", "topics", "subscriptions"}) {
    INFO(limit);
    CHECK(tells(std::string(limit) + "\"} 0"));
  }
}

TEST_CASE("a topic has the policy for slow receivers that its rule says") {
  const std::string large(64'000, 'x');
  PubSubServer server({}, {.queue = {.max_bytes = 300'000},
                           .slow = {{.filter = "prices/#", .policy = pubsub::SlowPolicy::latest}}});
  RawClient slow = server.subscriber("/t/prices/a?envelope=json");
  int published = 0;
  for (; published < 400; ++published) {
    post(server, "/t/prices/a", std::to_string(published) + ":" + large);
  }
  std::uint64_t told = 0;
  for (int last = -1; last != published - 1;) {
    const Json item = parse_json(read_text(slow)).value();
    if (item.contains("gap")) {
      told += item["gap"]["messages"].get<std::uint64_t>();
    } else {
      last = std::stoi(item["data"].get<std::string>());
    }
  }
  CHECK(told > 0);
  RawClient other = server.subscriber("/t/orders?envelope=json");
  const auto overflows = [&server] { return server.state().threads()[0].counts->overflows.read(); };
  CHECK(overflows() == 0);
  while (overflows() == 0) {
    post(server, "/t/orders", large);
  }
  CHECK(other.read_close() == 1008);
}

TEST_CASE("a URL that libwebsockets cannot read ends its own connection only") {
  const PubSubServer server;
  RawClient other = server.subscriber("/t/room");
  std::string topics = "/t?topic=0";
  for (int i = 1; i < 300; ++i) {
    topics += "&topic=" + std::to_string(i);
  }
  for (const std::string& target : {topics, std::string("/t/a%00"), std::string("/t/a?x=%00")}) {
    INFO(target.substr(0, 20));
    RawClient client(server.port());
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", target));
    CHECK(client.read_all().empty());
  }
  CHECK(http(server, "GET", "/t/%zz").status() == 403);
  post(server, "/t/room", "still here");
  CHECK(read_text(other) == "still here");
}
