// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_questions.h"

#include <string>

#include "tests/unit/pubsub/centrifugo_fixture.h"

using namespace wskit;
using namespace wskit::pubsub;
using namespace wskit::test;

namespace {

struct HistoryFixture : CentrifugoFixture {
  HistoryFixture() {
    connect(client);
    for (int number = 1; number <= 5; ++number) {
      publish(client, "a", std::to_string(number));
    }
  }
  Texts ask_history(const std::string& parameters) {
    return ask(client, R"({"id":2,"history":{"channel":"a")" + parameters + "}}");
  }
  Json history(const std::string& parameters) {
    const Texts texts = ask_history(parameters);
    REQUIRE(texts.size() == 1);
    return parse_json(texts.front()).value()["history"];
  }
  /// The data of the publications, which is their offset too.
  std::string data(const std::string& parameters) {
    std::string all;
    const Json result = history(parameters);
    for (const Json& publication : result["publications"]) {
      CHECK(publication["data"] == publication["offset"]);
      all += publication["data"].dump();
    }
    return all;
  }
  std::string since(int offset) {
    return R"(,"since":{"offset":)" + std::to_string(offset) + R"(,"epoch":")" +
           history("")["epoch"].get<std::string>() + "\"}";
  }

  CentrifugoClient client{hub, "c"};
};

}  // namespace

TEST_CASE("the history of a channel has as many publications as asked for, from either end") {
  HistoryFixture fixture;
  const Json position = fixture.history("");
  CHECK(position["publications"].empty());
  CHECK(position["offset"] == 5);
  CHECK(fixture.data(R"(,"limit":-1)") == "12345");
  CHECK(fixture.data(R"(,"limit":2)") == "12");
  CHECK(fixture.data(R"(,"limit":2,"reverse":true)") == "54");
  CHECK(fixture.data(R"(,"limit":2)" + fixture.since(2)) == "34");
  CHECK(fixture.data(R"(,"limit":-1)" + fixture.since(5)).empty());
  CHECK(fixture.data(R"(,"limit":-1,"reverse":true)" + fixture.since(3)) == "21");
  CHECK(fixture.data(R"(,"limit":9223372036854775807)") == "12345");
}

TEST_CASE("a history since an offset of no epoch is one of the epoch there is") {
  HistoryFixture fixture;
  CHECK(fixture.data(R"(,"limit":-1,"since":{"offset":3})") == "45");
  CHECK(fixture.data(R"(,"limit":1,"since":{"offset":3,"epoch":""},"reverse":true)") == "2");
}

TEST_CASE("a history that is not all there since its position is an error") {
  HistoryFixture fixture;
  const std::string since = fixture.since(2);
  CHECK(error_code(fixture.ask_history(R"(,"limit":1,"since":{"offset":2,"epoch":"x"})")) == 112);
  CHECK(error_code(fixture.ask_history(R"(,"limit":1)" + fixture.since(6))) == 112);
  fixture.engine.truncate("a");
  CHECK(error_code(fixture.ask_history(R"(,"limit":-1)" + since)) == 112);
  CHECK(fixture.data(R"(,"limit":-1)").empty());
}

TEST_CASE("presence has each client of a channel once, and its users are counted") {
  CentrifugoFixture fixture;
  CentrifugoClient ann(fixture.hub, "c1", CentrifugoUser{.name = "ann"});
  CentrifugoClient more(fixture.hub, "c2", CentrifugoUser{.name = "ann"});
  CentrifugoClient bob(fixture.hub, "c3", CentrifugoUser{.name = "bob"});
  for (CentrifugoClient* const client : {&ann, &more, &bob}) {
    fixture.connect(*client);
    fixture.subscribe(*client, R"("channel":"a")");
  }
  CHECK(fixture.ask(bob, R"({"id":3,"presence":{"channel":"a"}})") ==
        Texts{R"({"id":3,"presence":{"presence":{"c1":{"user":"ann","client":"c1"},)"
              R"("c2":{"user":"ann","client":"c2"},"c3":{"user":"bob","client":"c3"}}}})"});
  CHECK(fixture.ask(bob, R"({"id":4,"presence_stats":{"channel":"a"}})") ==
        Texts{R"({"id":4,"presence_stats":{"num_clients":3,"num_users":2}})"});
  CHECK(fixture.ask(bob, R"({"id":5,"presence":{"channel":"empty"}})") ==
        Texts{R"({"id":5,"presence":{"presence":{}}})"});
}

TEST_CASE("questions wait until there is room for their answers, and only so many of them") {
  HistoryFixture fixture;
  fixture.client.is_backlogged = true;
  std::string commands;
  for (int id = 1; id <= 129; ++id) {
    commands += R"({"id":)" + std::to_string(id) + R"(,"presence_stats":{"channel":"a"}})" + "\n";
  }
  CHECK(error_code(fixture.ask(fixture.client, commands)) == 111);
  fixture.client.is_backlogged = false;
  fixture.client.connection.on_room();
  fixture.poll_all(fixture.client);
  const Texts texts = fixture.client.take();
  REQUIRE(texts.size() == 128);
  CHECK(texts[127] == R"({"id":128,"presence_stats":{"num_clients":0,"num_users":0}})");
}

TEST_CASE("who is gone before its answer does not hear it") {
  HistoryFixture fixture;
  {
    CentrifugoClient client(fixture.hub, "d");
    fixture.connect(client);
    client.connection.on_message(R"({"id":2,"history":{"channel":"a"}}
{"id":3,"presence":{"channel":"a"}})",
                                 fixture.clock.now());
  }
  fixture.poll_all(fixture.client);
  CHECK(fixture.hub.subscriptions() == 0);
}
