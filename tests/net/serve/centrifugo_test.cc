// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <string>
#include <string_view>

#include "core/base64.h"
#include "core/clock.h"
#include "core/json.h"
#include "tests/net/serve/pubsub_serving.h"
#include "tests/support/token_maker.h"

using namespace wskit;
using namespace wskit::test;

namespace {

constexpr std::string_view kPath = "/connection/websocket";

/// A client that reads replies and pushes one by one, whatever messages they share.
class Centrifugo {
 public:
  explicit Centrifugo(const PubSubServer& server, std::string_view headers = {})
      : client(server.port()) {
    REQUIRE(client.upgrade(headers, kPath));
  }

  void send(std::string_view commands) { client.send_frame(kText, commands); }
  /// The next object; "no text" for anything but a text message.
  std::string next() {
    if (lines_.empty()) {
      const std::string message = read_text(client);
      for (std::size_t start = 0; start <= message.size();) {
        const std::size_t end = std::min(message.find('\n', start), message.size());
        lines_.push_back(message.substr(start, end - start));
        start = end + 1;
      }
    }
    const std::string line = lines_.front();
    lines_.pop_front();
    return line;
  }
  std::string ask(std::string_view command) {
    send(command);
    return next();
  }
  Json connect(const std::string& token = {}) {
    const std::string reply = ask(R"({"id":1,"connect":{"token":")" + token + "\"}}");
    return parse_json(reply).value()["connect"];
  }
  Json subscribe(const std::string& parameters) {
    return parse_json(ask(R"({"id":2,"subscribe":{)" + parameters + "}}")).value()["subscribe"];
  }

  RawClient client;

 private:
  std::deque<std::string> lines_;
};

std::string pushed(const std::string& topic, const std::string& data, int offset) {
  return R"({"push":{"channel":")" + topic + R"(","pub":{"data":)" + data + R"(,"offset":)" +
         std::to_string(offset) + "}}}";
}

std::string recover_from(const std::string& topic, const Json& epoch, int offset) {
  return R"("channel":")" + topic + R"(","recover":true,"epoch":")" + epoch.get<std::string>() +
         R"(","offset":)" + std::to_string(offset);
}

serve::PubSubOptions with_tokens() {
  serve::PubSubOptions options;
  options.auth.jwt = serve::JwtPolicy{.keys = {serve::JwtKey::from_secret(kTokenSecret).value()},
                                      .leeway = Nanoseconds(0)};
  options.auth.passwords = serve::PasswordFile::parse("bob:secret").value();
  options.auth.default_rights = {.subscribe = serve::TopicFilters{"all"},
                                 .publish = serve::TopicFilters{"all"}};
  return options;
}

/// Claims of ann's token that is good for some seconds more.
std::string claims(int seconds_left) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(read_wall_clock().time_since_epoch());
  return R"({"sub":"ann","subscribe":["news/#"],"publish":["news/ann"],"exp":)" +
         std::to_string(now.count() + seconds_left) + "}";
}

}  // namespace

TEST_CASE(
    "the path of the Centrifugo protocol needs no subprotocol, and takes no other than JSON") {
  const PubSubServer server({.subprotocols = {"mine"}});
  RawClient named(server.port());
  const std::string head = named.request(
      upgrade_request("Sec-WebSocket-Protocol: centrifuge-protobuf, centrifuge-json\r\n", kPath));
  CHECK(head.starts_with("HTTP/1.1 101"));
  CHECK_THAT(head, Catch::Contains("centrifuge-json"));
  RawClient unnamed(server.port());
  CHECK(unnamed.upgrade({}, kPath));
  RawClient other(server.port());
  CHECK(other.request(upgrade_request("Sec-WebSocket-Protocol: centrifuge-protobuf\r\n", kPath))
            .starts_with("HTTP/1.1 400"));
  RawClient query(server.port());
  CHECK(query.request(upgrade_request({}, std::string(kPath) + "?cf_protocol=protobuf"))
            .starts_with("HTTP/1.1 400"));
  CHECK(http(server, "GET", kPath).status() == 426);
}

TEST_CASE("channels are the topics of all other transports, on every service thread") {
  const PubSubServer server({.threads = 2});
  Centrifugo client(server);
  client.connect();
  const Json position = client.subscribe(R"("channel":"room")");
  CHECK(position["offset"] == 0);
  RawClient raw = server.subscriber("/t/room");
  client.send(R"({"id":3,"publish":{"channel":"room","data":{"n":1.50}}})");
  CHECK(read_text(raw) == R"({"n":1.50})");
  const std::string own = client.next();
  CHECK_THAT(
      own, Catch::StartsWith(R"({"push":{"channel":"room","pub":{"data":{"n":1.50},"offset":1,)"));
  CHECK(client.next() == R"({"id":3,"publish":{}})");
  CHECK(post(server, "/t/room", "hi").status() == 200);
  CHECK(client.next() == pushed("room", R"("hi")", 2));
  CHECK(post(server, "/t/room", R"({"a":1})").status() == 200);
  CHECK(client.next() == pushed("room", R"({"a":1})", 3));
  post(server, "/t/room", std::string("\xff\0", 2));
  CHECK(client.next() == pushed("room", R"({"b64":"/wA="})", 4));
}

TEST_CASE("thousands of commands in messages of many are all answered, in messages of many") {
  const PubSubServer server;
  Centrifugo client(server);
  client.connect();
  constexpr int kTotal = 3'000;
  constexpr int kInMessage = 100;
  for (int i = 0; i < kTotal / kInMessage; ++i) {
    std::string commands;
    for (int j = 1; j <= kInMessage; ++j) {
      commands += R"({"id":)" + std::to_string(i * kInMessage + j) +
                  R"(,"publish":{"channel":"a","data":1}})" + "\n";
    }
    client.send(commands);
  }
  for (int i = 1; i <= kTotal; ++i) {
    REQUIRE(client.next() == R"({"id":)" + std::to_string(i) + R"(,"publish":{}})");
  }
}

TEST_CASE("a Centrifugo client that comes back on any thread has missed nothing") {
  const PubSubServer server({.threads = 3});
  int published = 0;
  const auto publish = [&] {
    CHECK(post(server, "/t/room", std::to_string(++published)).status() == 200);
  };
  Json epoch;
  {
    Centrifugo first(server);
    first.connect();
    epoch = first.subscribe(R"("channel":"room")")["epoch"];
    publish();
    CHECK(first.next() == pushed("room", "1", 1));
  }
  for (int round = 0; round < 6; ++round) {
    publish();
    Centrifugo next(server);
    next.connect();
    const Json result = next.subscribe(recover_from("room", epoch, 1));
    CHECK(result["recovered"] == true);
    int seen = 1;
    for (const Json& publication : result["publications"]) {
      CHECK(publication["offset"] == ++seen);
      CHECK(publication["data"] == seen);
    }
    CHECK(seen == published);
    publish();
    CHECK(next.next() == pushed("room", std::to_string(published), published));
  }
}

TEST_CASE("a Centrifugo client that missed more than may wait for it gets it all the same") {
  const PubSubServer server({.threads = 2},
                            {.retention = {.bytes_per_topic = std::size_t{64} << 20}});
  constexpr int kTopics = 10;
  constexpr int kMessages = 10;
  Json epoch;
  {
    Centrifugo first(server);
    first.connect();
    epoch = first.subscribe(R"("channel":"0")")["epoch"];
  }
  for (int i = 0; i < kTopics * kMessages; ++i) {
    post(server, "/t/" + std::to_string(i % kTopics), std::string(64'000, 'x'));
  }
  Centrifugo client(server);
  client.connect();
  std::string commands;
  for (int topic = 0; topic < kTopics; ++topic) {
    commands += R"({"id":2,"subscribe":{)" + recover_from(std::to_string(topic), epoch, 0) + "}}\n";
  }
  client.send(commands);
  std::array<std::uint64_t, kTopics> seen{};
  for (std::uint64_t left = kTopics * kMessages, topic = 0; left > 0;) {
    const Json object = parse_json(client.next()).value();
    if (object.contains("push")) {
      const auto channel = std::stoul(object["push"]["channel"].get<std::string>());
      REQUIRE(object["push"]["pub"]["offset"] == ++seen.at(channel));
      --left;
      continue;
    }
    REQUIRE(object["subscribe"]["recovered"] == true);
    for (const Json& publication : object["subscribe"]["publications"]) {
      REQUIRE(publication["offset"] == ++seen.at(topic));
      --left;
    }
    ++topic;  // they are answered in their order
  }
}

TEST_CASE("a Centrifugo client is who its token says, and may what it says") {
  const PubSubServer server({}, with_tokens());
  Centrifugo client(server);
  CHECK_THAT(client.ask(R"({"id":1,"connect":{}})"), Catch::Contains("\"code\":101,"));
  const Json expired =
      parse_json(client.ask(R"({"id":1,"connect":{"token":")" + make_token(claims(-1)) + "\"}}"))
          .value();
  CHECK(expired["error"]["code"] == 109);
  const Json connected = client.connect(make_token(claims(60)));
  CHECK(connected["expires"] == true);
  CHECK(connected["ttl"] >= 58);
  CHECK(client.subscribe(R"("channel":"news/a")")["recoverable"] == true);
  CHECK_THAT(client.ask(R"({"id":3,"subscribe":{"channel":"other"}})"),
             Catch::Contains("\"code\":103,"));
  CHECK_THAT(client.ask(R"({"id":4,"publish":{"channel":"news/a","data":1}})"),
             Catch::Contains("\"code\":103,"));
  CHECK(client.ask(R"({"id":5,"publish":{"channel":"news/ann","data":1}})") ==
        R"({"id":5,"publish":{}})");
  CHECK_THAT(client.ask(R"({"id":6,"presence":{"channel":"news/a"}})"),
             Catch::Contains(R"("user":"ann")"));
  Centrifugo forger(server);
  forger.send(R"({"id":1,"connect":{"token":"a.b.c"}})");
  CHECK(forger.client.read_close() == 3500);
}

TEST_CASE("what a Centrifugo client says in its upgrade request counts without a token") {
  const PubSubServer server({}, with_tokens());
  Centrifugo bob(server, "Authorization: Basic " + base64_encode("bob:secret") + "\r\n");
  CHECK(bob.connect().contains("client"));
  CHECK(bob.subscribe(R"("channel":"all")")["recoverable"] == true);
  CHECK_THAT(bob.ask(R"({"id":3,"subscribe":{"channel":"news/a"}})"),
             Catch::Contains("\"code\":103,"));
  RawClient wrong(server.port());
  CHECK(wrong
            .request(upgrade_request("Authorization: Basic " + base64_encode("bob:guess") + "\r\n",
                                     kPath))
            .starts_with("HTTP/1.1 401"));
}

TEST_CASE("a token that is refreshed keeps its connection, and one that is not ends it") {
  serve::PubSubOptions options = with_tokens();
  options.centrifugo_expiry_grace = std::chrono::milliseconds(100);
  const PubSubServer server({}, options);
  Centrifugo late(server);
  CHECK(late.connect(make_token(claims(2)))["ttl"] <= 2);
  Centrifugo client(server);
  client.connect(make_token(claims(2)));
  const Json refreshed =
      parse_json(client.ask(R"({"id":3,"refresh":{"token":")" + make_token(claims(60)) + "\"}}"))
          .value()["refresh"];
  CHECK(refreshed["expires"] == true);
  CHECK(refreshed["ttl"] >= 58);
  CHECK(late.client.read_close() == 3005);
  CHECK(client.ask(R"({"id":4,"ping":{}})") == R"({"id":4,"ping":{}})");
}

TEST_CASE("a Centrifugo client is pinged, and closed with 3012 when no pong comes") {
  serve::PubSubOptions options;
  options.centrifugo_ping = std::chrono::milliseconds(50);
  options.centrifugo_pong_timeout = std::chrono::milliseconds(40);
  const PubSubServer server({}, options);
  Centrifugo client(server);
  client.connect();
  for (int i = 0; i < 3; ++i) {
    CHECK(client.next() == "{}");
    client.send("{}");
  }
  CHECK(client.next() == "{}");
  CHECK(client.client.read_close() == 3012);
}

TEST_CASE("a Centrifugo client that does not connect is closed with 3502") {
  serve::PubSubOptions options;
  options.centrifugo_connect_timeout = std::chrono::milliseconds(50);
  const PubSubServer server({}, options);
  Centrifugo client(server);
  CHECK(client.client.read_close() == 3502);
}

TEST_CASE("a Centrifugo client that breaks the protocol is closed with 3501") {
  const PubSubServer server;
  Centrifugo client(server);
  client.send("hello");
  CHECK(client.client.read_close() == 3501);
}

TEST_CASE("who is in a channel, who joins and who leaves is known on every service thread") {
  const PubSubServer server({.threads = 3});
  Centrifugo watcher(server);
  const std::string self = watcher.connect()["client"];
  watcher.subscribe(R"("channel":"room","join_leave":true)");
  const auto event = [](const std::string& what, const std::string& client) {
    return R"({"push":{"channel":"room",")" + what + R"(":{"info":{"user":"","client":")" + client +
           "\"}}}}";
  };
  CHECK(watcher.next() == event("join", self));
  for (int round = 0; round < 3; ++round) {
    std::string id;
    {
      Centrifugo other(server);
      id = other.connect()["client"];
      other.subscribe(R"("channel":"room")");
      CHECK(watcher.next() == event("join", id));
      CHECK(watcher.ask(R"({"id":3,"presence_stats":{"channel":"room"}})") ==
            R"({"id":3,"presence_stats":{"num_clients":2,"num_users":1}})");
    }
    CHECK(watcher.next() == event("leave", id));
  }
}

TEST_CASE("a Centrifugo client that does not read is closed with 3008, whatever the policy") {
  const PubSubServer server({.close_timeout = std::chrono::seconds(20)},
                            {.queue = {.policy = pubsub::SlowPolicy::drop_new}});
  Centrifugo slow(server);
  slow.connect();
  slow.subscribe(R"("channel":"room")");
  while (server.state().threads().front().counts->overflows.read() == 0) {
    post(server, "/t/room", std::string(64'000, 'x'));
  }
  CHECK(slow.client.read_close() == 3008);
}

TEST_CASE("a drain closes Centrifugo clients with 3001") {
  PubSubServer server({.drain_time = std::chrono::seconds(3),
                       .drain_code = wire::CloseCode::service_restart,
                       .drain_spread = true});
  Centrifugo client(server);
  client.connect();
  server.server().drain();
  CHECK(client.client.read_close() == 3001);
  server.server().wait();
}
