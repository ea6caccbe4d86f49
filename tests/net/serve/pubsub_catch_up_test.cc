// SPDX-License-Identifier: MIT
// Who has missed more than may wait for it gets it all the same, in one connection.
#include <string>
#include <string_view>

#include "core/json.h"
#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

constexpr int kMissed = 600;
constexpr std::size_t kQueueBytes = 64'000;

serve::PubSubOptions with_little_queues() {
  return {.queue = {.max_bytes = kQueueBytes}};
}

void publish_missed(const PubSubServer& server) {
  const std::string padding(1'000, 'x');
  for (int number = 1; number <= kMissed; ++number) {
    REQUIRE(
        post(server, "/t/room", "\"" + std::to_string(number) + ":" + padding + "\"").status() ==
        200);
  }
}

/// That of "NUMBER:..." between quotes of its own.
int number_in(const std::string& data) {
  return std::stoi(data.substr(data.front() == '"' ? 1 : 0));
}

std::uint64_t closed_as_slow(const PubSubServer& server) {
  std::uint64_t sum = 0;
  for (const auto& thread : server.state().threads()) {
    sum += thread.counts->overflows.read();
  }
  return sum;
}

/// A new client of a subprotocol: its connection, and the first message in it.
struct Upgraded {
  Upgraded(const PubSubServer& server, std::string_view subprotocol, const std::string& path)
      : client(server.port()) {
    REQUIRE(client.upgrade("Sec-WebSocket-Protocol: " + std::string(subprotocol) + "\r\n", path));
  }
  Json ask(const std::string& text) {
    client.send_frame(kText, text);
    return next();
  }
  Json next() { return parse_json(read_text(client)).value(); }

  RawClient client;
};

}  // namespace

TEST_CASE("envelopes catch up with more than may wait for a connection") {
  const PubSubServer server({}, with_little_queues());
  publish_missed(server);
  RawClient client(server.port());
  REQUIRE(client.upgrade({}, "/t/room?envelope=json&after=0"));
  for (int number = 1; number <= kMissed; ++number) {
    const Json item = parse_json(read_text(client)).value();
    REQUIRE(number_in(item["data"].get<std::string>()) == number);
  }
  CHECK(closed_as_slow(server) == 0);
}

TEST_CASE("an event stream catches up with more than may wait for a connection") {
  const PubSubServer server({}, with_little_queues());
  publish_missed(server);
  RawClient client(server.port());
  REQUIRE(client
              .request("GET /t/room?after=0 HTTP/1.1\r\nHost: x\r\n"
                       "Accept: text/event-stream\r\n\r\n")
              .starts_with("HTTP/1.1 200"));
  std::string text;
  const std::string last = "data: \"" + std::to_string(kMissed) + ":";
  while (text.find(last) == std::string::npos) {
    const auto chunk = client.read_chunk();
    REQUIRE(chunk.has_value());
    text += *chunk;
  }
  std::size_t at = 0;
  for (int number = 1; number <= kMissed; ++number) {
    at = text.find("data: \"", at);
    REQUIRE(at != std::string::npos);
    REQUIRE(number_in(text.substr(at + 6, 8)) == number);
    ++at;
  }
  CHECK(closed_as_slow(server) == 0);
}

TEST_CASE("a Centrifugo channel is recovered though it missed more than may wait") {
  const PubSubServer server({}, with_little_queues());
  const auto subscribe = [&server](const std::string& parameters) {
    auto client = std::make_unique<Upgraded>(server, "centrifuge-json", "/connection/websocket");
    client->ask(R"({"id":1,"connect":{}})");
    client->client.send_frame(kText,
                              R"({"id":2,"subscribe":{"channel":"room")" + parameters + "}}");
    return client;
  };
  const std::string epoch = subscribe("")->next()["subscribe"]["epoch"];
  publish_missed(server);
  const auto client = subscribe(R"(,"recover":true,"offset":0,"epoch":")" + epoch + "\"");
  const Json reply = client->next()["subscribe"];
  CHECK(reply["recovered"] == true);
  int number = 0;
  for (const Json& publication : reply["publications"]) {
    REQUIRE(publication["offset"] == ++number);
  }
  while (number < kMissed) {
    REQUIRE(client->next()["push"]["pub"]["offset"] == ++number);
  }
  CHECK(closed_as_slow(server) == 0);
}

TEST_CASE("a reliable Azure session is taken up though it missed more than may wait") {
  const PubSubServer server({}, with_little_queues());
  constexpr std::string_view kProtocol = "json.reliable.webpubsub.azure.v1";
  std::string path = "/client/hubs/chat";
  {
    Upgraded client(server, kProtocol, path);
    const Json greeting = client.next();
    path += "?awps_connection_id=" + greeting["connectionId"].get<std::string>() +
            "&awps_reconnection_token=" + greeting["reconnectionToken"].get<std::string>();
    CHECK(client.ask(R"({"type":"joinGroup","group":"room","ackId":1})")["success"] == true);
    client.client.send_frame(kClose, "");
    CHECK(client.client.read_close() == 0);
  }
  publish_missed(server);
  Upgraded client(server, kProtocol, path);
  CHECK(client.next()["event"] == "connected");
  for (int number = 1; number <= kMissed; ++number) {
    REQUIRE(client.next()["sequenceId"] == number);
  }
  CHECK(closed_as_slow(server) == 0);
}
