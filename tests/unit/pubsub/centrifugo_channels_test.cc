// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_channels.h"

#include <string>

#include "tests/unit/pubsub/centrifugo_fixture.h"

using namespace wskit;
using namespace wskit::pubsub;
using namespace wskit::test;

namespace {

std::string recover_from(const Json& position, std::uint64_t offset) {
  return R"("channel":"a","recover":true,"epoch":")" + position["epoch"].get<std::string>() +
         R"(","offset":)" + std::to_string(offset);
}

std::string push_of(const std::string& data, int offset) {
  return R"({"push":{"channel":"a","pub":{"data":)" + data + R"(,"offset":)" +
         std::to_string(offset) + "}}}";
}

std::string presence_push(const std::string& what, const std::string& client) {
  return R"({"push":{"channel":"a",")" + what + R"(":{"info":{"user":"","client":")" + client +
         "\"}}}}";
}

}  // namespace

TEST_CASE("a subscription says where the channel stands, and what comes after that is pushed") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  fixture.publish(client, "a", "0");
  const Json result = fixture.subscribe(client, R"("channel":"a")");
  CHECK(result["recoverable"] == true);
  CHECK(result["positioned"] == true);
  CHECK(result["offset"] == 1);
  CHECK_FALSE(result["epoch"].get<std::string>().empty());
  CHECK_FALSE(result.contains("was_recovering"));
  fixture.publish(client, "a", "1");
  fixture.publish(client, "b", "elsewhere");
  CHECK(client.take() == Texts{push_of("1", 2)});
  CHECK(client.live == 1);
}

TEST_CASE("text that is JSON comes as JSON, other text as a string, and bytes as base64") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  fixture.subscribe(client, R"("channel":"a")");
  int offset = 0;
  for (const auto& [payload, data] :
       {std::pair("{\"n\":\n1.50}", R"({"n": 1.50})"), std::pair("hi\n", R"("hi\n")"),
        std::pair("\"hi\"", R"("hi")"), std::pair("{", R"("{")"), std::pair("", R"("")"),
        std::pair(" 1 ", " 1 "), std::pair("nul", R"("nul")")}) {
    fixture.publish(client, "a", payload);
    CHECK(client.take() == Texts{push_of(data, ++offset)});
  }
  fixture.hub.publish({.topic = "a", .payload = std::string("\xff\0", 2), .text = false});
  fixture.poll_all(client);
  CHECK(client.take() == Texts{push_of(R"({"b64":"/wA="})", ++offset)});
}

TEST_CASE("a publication of a client says who it was, and comes back to it too") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c", CentrifugoUser{.name = "ann"});
  fixture.connect(client);
  fixture.subscribe(client, R"("channel":"a")");
  const Texts texts = fixture.ask(client, R"({"id":3,"publish":{"channel":"a","data":[ 1 ]}})");
  CHECK(texts == Texts{R"({"push":{"channel":"a","pub":{"data":[ 1 ],"offset":1,)"
                       R"("info":{"user":"ann","client":"c"}}}})",
                       R"({"id":3,"publish":{}})"});
}

TEST_CASE("who comes back gets all that it missed, in order, and then what is new") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  const Json first = fixture.subscribe(client, R"("channel":"a")");
  fixture.ask(client, R"({"id":3,"unsubscribe":{"channel":"a"}})");
  for (int number = 1; number <= 3; ++number) {
    fixture.publish(client, "a", std::to_string(number));
  }
  CHECK(client.take().empty());
  const Json again = fixture.subscribe(client, recover_from(first, 1));
  CHECK(again["was_recovering"] == true);
  CHECK(again["recovered"] == true);
  CHECK(again["offset"] == 1);
  CHECK(again["publications"] ==
        parse_json(R"([{"data":2,"offset":2},{"data":3,"offset":3}])").value());
  fixture.publish(client, "a", "4");
  CHECK(client.take() == Texts{push_of("4", 4)});
  fixture.ask(client, R"({"id":3,"unsubscribe":{"channel":"a"}})");
  const Json nothing = fixture.subscribe(client, recover_from(first, 4));
  CHECK(nothing["recovered"] == true);
  CHECK_FALSE(nothing.contains("publications"));
}

TEST_CASE("who cannot get all that it missed is told so, and gets none of it") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  const Json first = fixture.subscribe(client, R"("channel":"a")");
  for (int number = 1; number <= 2; ++number) {
    fixture.publish(client, "a", std::to_string(number));
  }
  const auto refused = [&](const std::string& parameters) {
    fixture.ask(client, R"({"id":3,"unsubscribe":{"channel":"a"}})");
    const Json result = fixture.subscribe(client, parameters);
    CHECK(result["was_recovering"] == true);
    CHECK(result["recovered"] == false);
    CHECK(result["offset"] == 2);
    CHECK_FALSE(result.contains("publications"));
  };
  refused(R"("channel":"a","recover":true)");
  refused(R"("channel":"a","recover":true,"epoch":"other","offset":1)");
  refused(recover_from(first, 3));
  fixture.engine.truncate("a");
  refused(recover_from(first, 1));
}

TEST_CASE("much that was missed comes in the answer and in pushes after it, when there is room") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  const Json first = fixture.subscribe(client, R"("channel":"a")");
  fixture.ask(client, R"({"id":3,"unsubscribe":{"channel":"a"}})");
  constexpr int kTotal = 40;
  for (int number = 1; number <= kTotal; ++number) {
    fixture.publish(client, "a", std::string(50'000, 'x'));
  }
  client.full_after = 1;
  Texts texts = fixture.ask(client, R"({"id":2,"subscribe":{)" + recover_from(first, 0) + "}}");
  REQUIRE(!texts.empty());
  CHECK(texts.size() < kTotal / 2);
  client.full_after = SIZE_MAX;
  client.connection.on_room();
  fixture.poll_all(client);
  for (std::string& text : client.take()) {
    texts.push_back(std::move(text));
  }
  const Json result = parse_json(texts.front()).value()["subscribe"];
  CHECK(result["recovered"] == true);
  std::uint64_t offset = 0;
  for (const Json& publication : result["publications"]) {
    CHECK(publication["offset"] == ++offset);
  }
  for (std::size_t i = 1; i < texts.size(); ++i) {
    CHECK(parse_json(texts[i]).value()["push"]["pub"]["offset"] == ++offset);
  }
  CHECK(offset == kTotal);
}

TEST_CASE("channels are recovered one after the other, as there is room") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  const Json first = fixture.subscribe(client, R"("channel":"a")");
  fixture.ask(client, R"({"id":3,"unsubscribe":{"channel":"a"}})");
  std::string commands;
  for (const std::string channel : {"a", "b", "c", "d"}) {
    fixture.publish(client, channel, "1");
    commands += R"({"id":4,"subscribe":{"recover":true,"epoch":")" +
                first["epoch"].get<std::string>() + R"(","channel":")" + channel + "\"}}\n";
  }
  client.is_backlogged = true;
  CHECK(fixture.ask(client, commands).empty());
  // One of them is not wanted any more, before it was begun.
  CHECK(fixture.ask(client, R"({"id":5,"unsubscribe":{"channel":"b"}})") ==
        Texts{R"({"id":4,"subscribe":{}})", R"({"id":5,"unsubscribe":{}})"});
  client.is_backlogged = false;
  client.connection.on_room();
  CHECK(fixture.hub.subscriptions() == 1);
  fixture.poll_all(client);
  const Texts texts = client.take();
  CHECK(texts.size() == 3);
  for (const std::string& text : texts) {
    CHECK_THAT(text, Catch::Contains(R"("recovered":true,"publications":[{"data":1,"offset":1}])"));
  }
  CHECK(fixture.hub.subscriptions() == 3);
}

TEST_CASE("a channel is subscribed to once, and only so many of them") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c", CentrifugoUser(), {.max_channels = 2});
  fixture.connect(client);
  const auto subscribe = [&](const std::string& channel) {
    return fixture.ask(client, R"({"id":2,"subscribe":{"channel":")" + channel + "\"}}");
  };
  subscribe("a");
  CHECK(error_code(subscribe("a")) == 105);
  subscribe("b");
  CHECK(error_code(subscribe("c")) == 106);
  CHECK(fixture.ask(client, R"({"id":3,"unsubscribe":{"channel":"a"}})") ==
        Texts{R"({"id":3,"unsubscribe":{}})"});
  CHECK(fixture.ask(client, R"({"id":4,"unsubscribe":{"channel":"a"}})") ==
        Texts{R"({"id":4,"unsubscribe":{}})"});
  client.has_place = false;
  CHECK(error_code(subscribe("c")) == 106);
  client.has_place = true;
  CHECK_THAT(subscribe("c").front(), Catch::Contains("recoverable"));
}

TEST_CASE("a subscription that is ended before it was answered is answered first") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  CHECK(fixture.ask(client, R"({"id":2,"subscribe":{"channel":"a"}}
{"id":3,"unsubscribe":{"channel":"a"}})") ==
        Texts{R"({"id":2,"subscribe":{}})", R"({"id":3,"unsubscribe":{}})"});
  CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("who asks for it is told who joins and leaves") {
  CentrifugoFixture fixture;
  CentrifugoClient watcher(fixture.hub, "w");
  fixture.connect(watcher);
  fixture.subscribe(watcher, R"("channel":"a","join_leave":true)");
  fixture.poll_all(watcher);
  CHECK(watcher.take().empty());
  {
    CentrifugoClient other(fixture.hub, "o");
    fixture.connect(other);
    fixture.subscribe(other, R"("channel":"a")");
    fixture.poll_all(watcher);
    CHECK(watcher.take() == Texts{presence_push("join", "o")});
    CHECK(other.take().empty());
    fixture.ask(other, R"({"id":3,"unsubscribe":{"channel":"a"}})");
    fixture.poll_all(watcher);
    CHECK(watcher.take() == Texts{presence_push("leave", "o")});
    fixture.subscribe(other, R"("channel":"a")");
    fixture.poll_all(watcher);
    CHECK(watcher.take() == Texts{presence_push("join", "o")});
  }
  fixture.poll_all(watcher);
  CHECK(watcher.take() == Texts{presence_push("leave", "o")});
}

TEST_CASE("a channel that lost messages ends the connection, so that it can recover") {
  CentrifugoFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  fixture.connect(client);
  const Json first = fixture.subscribe(client, R"("channel":"a")");
  fixture.engine.lose("gone");
  fixture.poll_all(client);
  fixture.publish(client, "a", "1");
  fixture.engine.regain();
  fixture.poll_all(client);
  CHECK(client.take() == Texts{push_of("1", 1)});
  CHECK(client.close_code == 0);
  fixture.engine.new_epoch(2);
  fixture.poll_all(client);
  CHECK(client.close_code == 3010);
  CHECK(fixture.hub.subscriptions() == 0);
  CentrifugoClient again(fixture.hub, "d");
  fixture.connect(again);
  CHECK(fixture.subscribe(again, recover_from(first, 1))["recovered"] == false);
}
