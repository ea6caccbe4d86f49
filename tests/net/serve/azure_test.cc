// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>

#include <fmt/format.h>

#include "core/json.h"
#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

constexpr std::string_view kOffer = "Sec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n";
constexpr std::string_view kHub = "/client/hubs/chat";

/// A client that has been greeted.
RawClient connected(const PubSubServer& server) {
  RawClient client(server.port());
  REQUIRE(client.upgrade(kOffer, kHub));
  CHECK_THAT(read_text(client), Catch::StartsWith(R"({"type":"system","event":"connected",)"));
  return client;
}

void join(RawClient& client, const std::string& group) {
  client.send_frame(kText, R"({"type":"joinGroup","ackId":1,"group":")" + group + "\"}");
  CHECK(read_text(client) == R"({"type":"ack","ackId":1,"success":true})");
}

constexpr std::string_view kReliableOffer =
    "Sec-WebSocket-Protocol: json.reliable.webpubsub.azure.v1\r\n";

struct ReliableClient {
  RawClient client;
  std::string connection;
  std::string token;

  [[nodiscard]] std::string path() const {
    return fmt::format("{}?awps_connection_id={}&awps_reconnection_token={}", kHub, connection,
                       token);
  }
};

ReliableClient connected_reliably(const PubSubServer& server, std::string_view path = kHub) {
  RawClient client(server.port());
  REQUIRE(client.upgrade(kReliableOffer, path));
  const Json greeting = parse_json(read_text(client)).value();
  CHECK(greeting["event"] == "connected");
  return {.client = std::move(client),
          .connection = greeting["connectionId"],
          .token = greeting["reconnectionToken"]};
}

std::string numbered(int number) {
  return R"({"sequenceId":)" + std::to_string(number) +
         R"(,"type":"message","from":"group","group":"room","dataType":"text","data":")" +
         std::to_string(number) + "\"}";
}

}  // namespace

TEST_CASE("the path of an Azure hub agrees to its subprotocol and refuses others") {
  const PubSubServer server({.subprotocols = {"mine"}});
  RawClient client(server.port());
  const std::string head = client.request(upgrade_request(
      "Sec-WebSocket-Protocol: mine, protobuf.webpubsub.azure.v1, json.webpubsub.azure.v1\r\n",
      kHub));
  CHECK(head.starts_with("HTTP/1.1 101"));
  CHECK_THAT(head, Catch::Contains("json.webpubsub.azure.v1"));
  RawClient none(server.port());
  CHECK(none.request(upgrade_request("Sec-WebSocket-Protocol: mine\r\n", kHub))
            .starts_with("HTTP/1.1 400"));
  CHECK(http(server, "GET", kHub).status() == 426);
  RawClient elsewhere(server.port());
  CHECK(elsewhere.request(upgrade_request(kOffer, "/client/hubs/")).starts_with("HTTP/1.1 404"));
}

TEST_CASE("groups are the topics of all other transports, on every service thread") {
  const PubSubServer server({.threads = 2});
  RawClient azure = connected(server);
  join(azure, "room");
  RawClient raw = server.subscriber("/t/room");
  azure.send_frame(kText, R"({"type":"sendToGroup","group":"room","data":{"n":1.50}})");
  CHECK(read_text(raw) == R"({"n":1.50})");
  CHECK(read_text(azure) ==
        R"({"type":"message","from":"group","group":"room","dataType":"json","data":{"n":1.50}})");
  raw.send_frame(kBinary, std::string("\xFF\0", 2));
  CHECK(read_text(azure) ==
        R"({"type":"message","from":"group","group":"room","dataType":"binary","data":"/wA="})");
  post(server, "/t/room", "hi");
  CHECK(read_text(azure) ==
        R"({"type":"message","from":"group","group":"room","dataType":"text","data":"hi"})");
}

TEST_CASE("requests may come as text in binary messages, and acks keep their order") {
  const PubSubServer server;
  RawClient client = connected(server);
  for (int i = 1; i <= 3'000; ++i) {
    client.send_frame(
        i % 2 == 0 ? kText : kBinary,
        R"({"type":"sendToGroup","group":"g","data":1,"ackId":)" + std::to_string(i) + "}");
  }
  for (int i = 1; i <= 3'000; ++i) {
    REQUIRE(read_text(client) ==
            R"({"type":"ack","ackId":)" + std::to_string(i) + R"(,"success":true})");
  }
}

TEST_CASE("an Azure client that breaks the protocol is told why, then closed with 1008") {
  const PubSubServer server;
  RawClient client = connected(server);
  client.send_frame(kText, "hello");
  CHECK_THAT(read_text(client),
             Catch::StartsWith(R"({"type":"system","event":"disconnected","message":")"));
  CHECK(client.read_close() == 1008);
}

TEST_CASE("an Azure client that does not read is closed with 1013, whatever the policy") {
  const PubSubServer server({.close_timeout = std::chrono::seconds(20)},
                            {.queue = {.policy = pubsub::SlowPolicy::drop_new}});
  RawClient slow = connected(server);
  join(slow, "room");
  const auto slow_closes = [&server] {
    std::uint64_t sum = 0;
    for (const auto& thread : server.state().threads()) {
      sum += thread.counts->overflows.read();
    }
    return sum;
  };
  while (slow_closes() == 0) {
    post(server, "/t/room", std::string(64'000, 'x'));
  }
  CHECK(slow.read_close() == 1013);
}

TEST_CASE("a drain says so to Azure clients before it closes them with 1012") {
  PubSubServer server({.drain_time = std::chrono::seconds(3),
                       .drain_code = wire::CloseCode::service_restart,
                       .drain_spread = true});
  RawClient client = connected(server);
  server.server().drain();
  CHECK_THAT(read_text(client), Catch::Contains("\"disconnected\""));
  CHECK(client.read_close() == 1012);
  server.server().wait();
}

TEST_CASE("a reliable client that closes comes back on any thread, and has missed nothing") {
  const PubSubServer server({.threads = 3});
  ReliableClient first = connected_reliably(server);
  join(first.client, "room");
  const auto publish = [&server](int number) {
    CHECK(post(server, "/t/room", std::to_string(number)).status() == 200);
  };
  publish(1);
  publish(2);
  CHECK(read_text(first.client) == numbered(1));
  CHECK(read_text(first.client) == numbered(2));
  first.client.send_frame(kText, R"({"type":"sequenceAck","sequenceId":1})");
  int published = 2;
  std::string path = first.path();
  first.client.send_frame(kClose, "");
  CHECK(first.client.read_close() == 0);
  for (int round = 0; round < 6; ++round) {
    publish(++published);
    ReliableClient next = connected_reliably(server, path);
    CHECK(next.path() == path);
    publish(++published);
    for (int number = 2; number <= published; ++number) {
      CHECK(read_text(next.client) == numbered(number));
    }
    next.client.send_frame(kClose, "");
    CHECK(next.client.read_close() == 0);
  }
}

TEST_CASE(
    "a reliable client whose session is not there is accepted, told so and closed with 1008") {
  const PubSubServer server;
  RawClient client(server.port());
  REQUIRE(client.upgrade(kReliableOffer,
                         std::string(kHub) + "?awps_connection_id=c&awps_reconnection_token=t"));
  CHECK_THAT(read_text(client), Catch::Contains("\"disconnected\""));
  CHECK(client.read_close() == 1008);
}

TEST_CASE("a reliable client that was closed with 1013 gets all it missed when it comes back") {
  const PubSubServer server({.close_timeout = std::chrono::seconds(20)},
                            {.retention = {.bytes_per_topic = std::size_t{64} << 20}});
  ReliableClient slow = connected_reliably(server);
  join(slow.client, "room");
  const std::string padding(64'000, 'x');
  int published = 0;
  while (server.state().threads().front().counts->overflows.read() == 0) {
    post(server, "/t/room", std::to_string(++published) + ":" + padding);
  }
  CHECK(slow.client.read_close() == 1013);
  ReliableClient again = connected_reliably(server, slow.path());
  post(server, "/t/room", std::to_string(++published) + ":" + padding);
  for (int number = 1; number <= published; ++number) {
    const Json message = parse_json(read_text(again.client)).value();
    REQUIRE(message["sequenceId"] == number);
    REQUIRE_THAT(message["data"].get<std::string>(),
                 Catch::StartsWith(std::to_string(number) + ":"));
  }
}
