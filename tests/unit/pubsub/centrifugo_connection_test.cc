// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_connection.h"

#include <chrono>
#include <string>

#include "tests/unit/pubsub/centrifugo_fixture.h"

using namespace wskit;
using namespace wskit::pubsub;
using namespace wskit::test;
using std::chrono::seconds;

namespace {

CentrifugoUser::May only(std::string topic) {
  return [topic = std::move(topic)](std::string_view asked) { return asked == topic; };
}

std::string connect_with(const std::string& token) {
  std::string command(R"({"id":1,"connect":{"token":")");
  command += token;
  return command += "\"}}";
}

}  // namespace

TEST_CASE("a Centrifugo client connects, and is told its id and how often it is pinged") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c1");
  client.connection.open(fixture.clock.now());
  CHECK(fixture.ask(client, R"({"id":7,"connect":{"name":"js"}})") ==
        Texts{R"({"id":7,"connect":{"client":"c1","version":"wskit","ping":25,"pong":true}})"});
}

TEST_CASE("a Centrifugo client without a token is unauthorized where there are no guests") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c", std::nullopt);
  client.users["t"] = {.name = "ann"};
  client.connection.open(fixture.clock.now());
  CHECK(error_code(fixture.ask(client, R"({"id":1,"connect":{}})")) == 101);
  CHECK(client.close_code == 0);
  CHECK(fixture.ask(client, connect_with("t")).size() == 1);
  CHECK(fixture.ask(client, R"({"id":2,"publish":{"channel":"a","data":1}})") ==
        Texts{R"({"id":2,"publish":{}})"});
}

TEST_CASE("a token that has expired is told so, and one that is not good ends the connection") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  CHECK(error_code(fixture.ask(client, connect_with("expired"))) == 109);
  CHECK(client.close_code == 0);
  CHECK(fixture.ask(client, connect_with("forged")).empty());
  CHECK(client.close_code == 3500);
}

TEST_CASE("what is no command, or comes at the wrong time, ends a Centrifugo connection") {
  for (const char* const first :
       {"", "\n", "hello", R"({"id":1,"subscribe":{"channel":"a"}})", "{}", "\xff"}) {
    CentrifugoFixture fixture;
    CentrifugoClient client(fixture.hub, "c");
    INFO(first);
    CHECK(fixture.ask(client, first).empty());
    CHECK(client.close_code == 3501);
  }
  for (const char* const later : {R"({"id":2,"connect":{}})", "{}\nx", R"({"publish":{}})"}) {
    CentrifugoFixture fixture;
    CentrifugoClient client(fixture.hub, "c");
    fixture.connect(client);
    INFO(later);
    CHECK(fixture.ask(client, later).empty());
    CHECK(client.close_code == 3501);
    CHECK(fixture.ask(client, R"({"id":3,"ping":{}})").empty());
  }
}

TEST_CASE("commands share a message, and so do their replies") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  client.connection.on_message(R"({"id":1,"connect":{}}
{"id":2,"ping":{}}

{"send":{"data":1}}
{"id":3,"rpc":{"method":"m","data":{}}}
{"id":4,"publish":{"channel":"a","data":1}}
)",
                               fixture.clock.now());
  CHECK(client.messages.empty());
  fixture.poll_all(client);
  CHECK(client.messages.size() == 1);
  CHECK(client.take() ==
        Texts{R"({"id":1,"connect":{"client":"c","version":"wskit","ping":25,"pong":true}})",
              R"({"id":2,"ping":{}})",
              R"({"id":3,"error":{"code":104,"message":"method not found"}})",
              R"({"id":4,"publish":{}})"});
}

TEST_CASE("a client that does not connect in time is stale") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  client.connection.open(fixture.clock.now());
  CHECK(client.connection.deadline() == fixture.clock.now() + seconds(10));
  fixture.pass(client, seconds(9));
  CHECK(client.close_code == 0);
  fixture.pass(client, seconds(1));
  CHECK(client.close_code == 3502);
  CHECK(client.connection.deadline() == Instant::max());
}

TEST_CASE("a client is pinged, and its pong keeps it") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  CHECK(client.connection.deadline() == fixture.clock.now() + seconds(25));
  for (int round = 0; round < 3; ++round) {
    fixture.pass(client, seconds(25));
    CHECK(client.take() == Texts{"{}"});
    CHECK(client.connection.deadline() == fixture.clock.now() + seconds(8));
    CHECK(fixture.ask(client, "{}").empty());
  }
  fixture.pass(client, seconds(25));
  fixture.pass(client, seconds(7));
  // Nothing else is a pong.
  CHECK(fixture.ask(client, R"({"id":2,"ping":{}})").size() == 2);
  CHECK(client.close_code == 0);
  fixture.pass(client, seconds(1));
  CHECK(client.close_code == 3012);
}

TEST_CASE("a token that expires is to be refreshed, or the connection ends") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c", std::nullopt, {.ping_interval = std::chrono::hours(1)});
  const Instant start = fixture.clock.now();
  client.users["t"] = {.name = "ann", .expires = start + seconds(60)};
  client.users["new"] = {.name = "ann", .expires = start + seconds(90)};
  CHECK(fixture.ask(client, connect_with("t")) ==
        Texts{R"({"id":1,"connect":{"client":"c","version":"wskit","expires":true,"ttl":60,)"
              R"("ping":3600,"pong":true}})"});
  CHECK(client.connection.deadline() == start + seconds(85));
  fixture.pass(client, seconds(60));
  CHECK(fixture.ask(client, R"({"id":2,"refresh":{"token":"new"}})") ==
        Texts{R"({"id":2,"refresh":{"expires":true,"ttl":30}})"});
  fixture.pass(client, seconds(54));
  CHECK(client.close_code == 0);
  fixture.pass(client, seconds(1));
  CHECK(client.close_code == 3005);
}

TEST_CASE("a refresh is for the same user, with a token that is good") {
  const auto refreshed_with = [](const std::string& token) {
    CentrifugoFixture fixture;
    CentrifugoClient client(fixture.hub, "c", std::nullopt);
    client.users["t"] = {.name = "ann"};
    client.users["for ever"] = {.name = "ann"};
    client.users["other"] = {.name = "bob"};
    fixture.ask(client, connect_with("t"));
    const Texts texts = fixture.ask(client, R"({"id":2,"refresh":{"token":")" + token + "\"}}");
    return client.close_code != 0 ? std::to_string(client.close_code) : texts.front();
  };
  CHECK(refreshed_with("for ever") == R"({"id":2,"refresh":{}})");
  CHECK(refreshed_with("other") == "3500");
  CHECK(refreshed_with("forged") == "3500");
  CHECK(refreshed_with("expired") == "3005");
  CHECK(refreshed_with("") == R"({"id":2,"error":{"code":107,"message":"bad request"}})");
}

TEST_CASE("the rights of a Centrifugo client are asked before each command") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c",
                          CentrifugoUser{.name = "ann",
                                         .expires = Instant::max(),
                                         .may_subscribe = only("mine"),
                                         .may_publish = only("out")});
  fixture.connect(client);
  for (const char* const method : {"subscribe", "history", "presence", "presence_stats"}) {
    const std::string begin = R"({"id":2,")" + std::string(method) + R"(":{"channel":")";
    CHECK(error_code(fixture.ask(client, begin + "other\"}}")) == 103);
    CHECK_THAT(fixture.ask(client, begin + "mine\"}}").front(),
               Catch::StartsWith(R"({"id":2,")" + std::string(method) + "\":{"));
  }
  const auto publish = [&](const std::string& channel) {
    return fixture.ask(client, R"({"id":3,"publish":{"channel":")" + channel + R"(","data":1}})");
  };
  CHECK(error_code(publish("mine")) == 103);
  CHECK(client.forbidden == 5);
  CHECK(publish("out") == Texts{R"({"id":3,"publish":{}})"});
}

TEST_CASE("a subscription by a token of its own expires with it, unless it is refreshed") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c",
                          CentrifugoUser{.name = "ann",
                                         .expires = Instant::max(),
                                         .may_subscribe = only("none"),
                                         .may_publish = {}},
                          {.ping_interval = std::chrono::hours(1)});
  fixture.connect(client);
  const Instant start = fixture.clock.now();
  client.users["t"] = {.name = "ann", .expires = start + seconds(30), .may_subscribe = only("a")};
  client.users["next"] = {
      .name = "ann", .expires = start + seconds(70), .may_subscribe = only("a")};
  client.users["bob"] = {.name = "bob"};
  const auto with = [&](const std::string& method, const std::string& token) {
    return fixture.ask(client,
                       R"({"id":2,")" + method + R"(":{"channel":"a","token":")" + token + "\"}}");
  };
  CHECK(error_code(with("sub_refresh", "t")) == 103);
  CHECK(error_code(with("subscribe", "expired")) == 109);
  CHECK(error_code(with("subscribe", "forged")) == 103);
  CHECK(error_code(with("subscribe", "bob")) == 103);
  CHECK_THAT(with("subscribe", "t").front(), Catch::Contains(R"("expires":true,"ttl":30,)"));
  CHECK(error_code(with("sub_refresh", "expired")) == 109);
  CHECK(error_code(with("sub_refresh", "")) == 107);
  CHECK(with("sub_refresh", "next") ==
        Texts{R"({"id":2,"sub_refresh":{"expires":true,"ttl":70}})"});
  CHECK(client.connection.deadline() == start + seconds(95));
  fixture.pass(client, seconds(94));
  CHECK(client.take().empty());
  fixture.pass(client, seconds(1));
  CHECK(client.take() == Texts{R"({"push":{"channel":"a","unsubscribe":{"code":2501,"reason":)"
                               R"("subscription expired"}}})"});
  CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("what a new token does not allow any more ends with the refresh") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c", std::nullopt);
  client.users["t"] = {.name = "ann"};
  client.users["less"] = {.name = "ann", .may_subscribe = only("a")};
  fixture.ask(client, connect_with("t"));
  fixture.subscribe(client, R"("channel":"a")");
  fixture.subscribe(client, R"("channel":"b")");
  CHECK(fixture.ask(client, R"({"id":4,"refresh":{"token":"less"}})") ==
        Texts{R"({"id":4,"refresh":{}})",
              R"({"push":{"channel":"b","unsubscribe":{"code":2000,"reason":)"
              R"("server unsubscribe"}}})"});
  CHECK(fixture.hub.subscriptions() == 1);
}

TEST_CASE("a client that reads too slowly is told so with a code of its own") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  fixture.subscribe(client, R"("channel":"a")");
  client.room = 2;
  fixture.publish(client, "a", "1");
  CHECK(client.close_code == 0);
  fixture.publish(client, "a", "2");
  CHECK(client.close_code == 3008);
  CHECK(fixture.hub.subscriptions() == 0);
}
