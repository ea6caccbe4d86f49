// SPDX-License-Identifier: MIT
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "pubsub/azure_connection.h"
#include "tests/unit/pubsub/azure_fixture.h"

using namespace wskit;
using namespace wskit::pubsub;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

std::string message(int number, const std::string& text) {
  return R"({"sequenceId":)" + std::to_string(number) +
         R"(,"type":"message","from":"group","group":"g","dataType":"text","data":")" + text +
         "\"}";
}

std::string sequence_ack(std::uint64_t number) {
  return R"({"type":"sequenceAck","sequenceId":)" + std::to_string(number) + "}";
}

bool is_refused(const AzureClient& client) {
  return client.close_code == 1008 && client.texts.size() == 1 &&
         client.texts.front().starts_with(R"({"type":"system","event":"disconnected",)");
}

}  // namespace

TEST_CASE("nobody else takes a connection up, nor one with a group that is forbidden by now") {
  for (const bool other_user : {true, false}) {
    Reliable fixture;
    fixture.connect().reset();
    const auto client =
        other_user ? fixture.resume("t", {}, "Bob") : fixture.resume("t", {}, "Ann", "g");
    fixture.poll_all();
    CHECK(is_refused(*client));
    CHECK(fixture.hub.subscriptions() == 0);
  }
}

TEST_CASE("a session is taken up with a place for each of its groups, or not at all") {
  for (const int places : {1, 2}) {
    Reliable fixture;
    auto client = fixture.connect();
    fixture.ask(*client, R"({"type":"joinGroup","group":"h"})");
    client = std::make_unique<AzureClient>(fixture.hub, "c", AzureLimits(), "Ann", "t");
    client->places = places;
    client->connection.resume();
    fixture.poll_all();
    CHECK(is_refused(*client) == (places == 1));
    CHECK(fixture.hub.subscriptions() == (places == 1 ? 0 : 2));
  }
}

TEST_CASE("a session of more groups than a connection may have is not taken up") {
  Reliable fixture;
  auto client = fixture.connect();
  fixture.ask(*client, R"({"type":"joinGroup","group":"h"})");
  client = nullptr;
  client = fixture.resume("t", {.max_groups = 1});
  fixture.poll_all();
  CHECK(is_refused(*client));
}

TEST_CASE("a client that comes back gets again what it did not acknowledge, then what it missed") {
  Reliable fixture;
  auto client = fixture.connect();
  for (const char* text : {"1", "2", "3"}) {
    fixture.publish("g", text);
  }
  CHECK(client->take() == Texts{message(1, "1"), message(2, "2"), message(3, "3")});
  CHECK(fixture.ask(*client, sequence_ack(2)).empty());
  client = nullptr;
  CHECK(fixture.hub.subscriptions() == 0);
  fixture.publish("g", "4");
  client = fixture.resume();
  fixture.publish("g", "5");
  fixture.publish("g", "6");
  CHECK(client->take() == Texts{kReliableGreeting, message(3, "3"), message(4, "4"),
                                message(5, "5"), message(6, "6")});
  CHECK(fixture.ask(*client, sequence_ack(6)).empty());
  client = nullptr;
  client = fixture.resume();
  fixture.poll_all();
  CHECK(client->take() == Texts{kReliableGreeting});
  fixture.publish("g", "7");
  CHECK(client->take() == Texts{message(7, "7")});
}

TEST_CASE("all types of data survive in the store of sessions") {
  Reliable fixture;
  auto client = fixture.connect();
  AzureClient other(fixture.hub, "d", {}, "Bob");
  for (const std::string data :
       {R"("data":{"a": 1.50})", R"("dataType":"text","data":"\u0000\u00fc\"")",
        R"("dataType":"binary","data":"/wA=")"}) {
    fixture.ask(other, R"({"type":"sendToGroup","group":"g",)" + data + "}");
  }
  const Texts before = client->take();
  CHECK(before.size() == 3);
  client = nullptr;
  client = fixture.resume();
  fixture.poll_all();
  Texts after = client->take();
  REQUIRE(after.size() == 4);
  after.erase(after.begin());
  CHECK(after == before);
}

TEST_CASE("an ackId stays served, and noEcho holds, on the connection that takes over") {
  Reliable fixture;
  auto client = fixture.connect();
  const std::string send = R"({"type":"sendToGroup","group":"g","noEcho":true,"data":1,"ackId":9})";
  CHECK(fixture.ask(*client, send).size() == 1);
  client = nullptr;
  AzureClient other(fixture.hub, "d");
  fixture.ask(other, kJoinG);
  client = fixture.resume();
  // Even before it is clear whether there is anything to take up.
  client->connection.on_message(send);
  fixture.poll_all();
  const Texts texts = client->take();
  REQUIRE(texts.size() == 2);
  CHECK_THAT(texts[1], Catch::Contains("\"Duplicate\""));
  CHECK(other.take().empty());
  // One that was sent, but whose answer never came.
  client->connection.on_message(R"({"type":"sendToGroup","group":"g","data":2,"ackId":10})");
  client = nullptr;
  fixture.poll_all();
  client = fixture.resume();
  client->connection.on_message(R"({"type":"sendToGroup","group":"g","data":2,"ackId":10})");
  fixture.poll_all();
  CHECK_THAT(client->take().back(), Catch::Contains("\"Duplicate\""));
  CHECK(other.take().size() == 1);
}

TEST_CASE("a session is for its token, once, and for its time") {
  Reliable fixture;
  auto client = fixture.connect({.session_ttl = 10s});
  client = nullptr;
  auto wrong = fixture.resume("u");
  fixture.poll_all();
  CHECK(is_refused(*wrong));
  wrong = nullptr;
  client = fixture.resume("t", {.session_ttl = 10s});
  fixture.poll_all();
  CHECK(client->take() == Texts{kReliableGreeting});
  client = nullptr;
  fixture.clock.advance(11s);
  client = fixture.resume();
  fixture.poll_all();
  CHECK(is_refused(*client));
}

TEST_CASE("a connection that ends before it got its session leaves it for the next one") {
  Reliable fixture;
  auto client = fixture.connect();
  fixture.publish("g", "1");
  client = nullptr;
  client = fixture.resume();
  client = nullptr;
  fixture.poll_all();
  client = fixture.resume();
  fixture.poll_all();
  CHECK(client->take() == Texts{kReliableGreeting, message(1, "1")});
}

TEST_CASE("messages of groups that were left, and of those joined later, keep their numbers") {
  Reliable fixture;
  auto client = fixture.connect();
  fixture.publish("h", "before");
  fixture.publish("g", "1");
  fixture.ask(*client, R"({"type":"leaveGroup","group":"g"})");
  fixture.publish("g", "after");
  fixture.ask(*client, R"({"type":"joinGroup","group":"h"})");
  fixture.publish("h", "2");
  const Texts sent = client->take();
  client = nullptr;
  fixture.publish("g", "not there");
  client = fixture.resume();
  fixture.poll_all();
  Texts again = client->take();
  REQUIRE(!again.empty());
  again.erase(again.begin());
  CHECK(again.size() == 2);
  CHECK(Texts(sent.end() - 1, sent.end()) == Texts(again.end() - 1, again.end()));
  CHECK(again.front() == message(1, "1"));
}

TEST_CASE("where messages are gone the client is closed with 1008, and nothing is left") {
  Reliable fixture;
  auto client = fixture.connect();
  client = nullptr;
  fixture.publish("g", "1");
  fixture.engine.truncate("g");
  client = fixture.resume();
  fixture.poll_all();
  CHECK(client->close_code == 1008);
  client = nullptr;
  client = fixture.resume();
  fixture.poll_all();
  CHECK(is_refused(*client));
}

TEST_CASE("a client that does not acknowledge is closed with 1008, and nothing is left") {
  Reliable fixture;
  auto client = fixture.connect({.max_unacked_bytes = 2'000});
  for (int i = 1; client->close_code == 0; ++i) {
    REQUIRE(i < 10);
    fixture.publish("g", "x");
    fixture.ask(*client, "{\"type\":\"ping\"}");
  }
  CHECK(client->close_code == 1008);
  client = nullptr;
  client = fixture.resume();
  fixture.poll_all();
  CHECK(is_refused(*client));
}

TEST_CASE("acknowledging keeps a client below its limit, however much comes") {
  Reliable fixture;
  auto client = fixture.connect({.max_unacked_bytes = 2'000});
  for (std::uint64_t i = 1; i < 100; ++i) {
    fixture.publish("g", "x");
    fixture.ask(*client, sequence_ack(i));
    // Of the future: it cannot have that.
    fixture.ask(*client, sequence_ack(1'000'000));
  }
  CHECK(client->close_code == 0);
}

TEST_CASE("a slow client is closed with 1013, and gets each message once when it comes back") {
  Reliable fixture;
  auto client = fixture.connect();
  client->room = 2;
  for (const char* text : {"1", "2", "3"}) {
    fixture.publish("g", text);
  }
  CHECK(client->close_code == 1013);
  client = nullptr;
  client = fixture.resume();
  fixture.poll_all();
  CHECK(client->take() ==
        Texts{kReliableGreeting, message(1, "1"), message(2, "2"), message(3, "3")});
}

TEST_CASE("a client that comes back slowly is sent as much as it has room for") {
  Reliable fixture;
  auto client = fixture.connect();
  fixture.publish("g", "1");
  fixture.publish("g", "2");
  client = nullptr;
  fixture.publish("g", "3");
  client = fixture.resume();
  client->is_backlogged = true;
  fixture.poll_all();
  fixture.publish("g", "4");
  CHECK(client->take() == Texts{kReliableGreeting});
  client->is_backlogged = false;
  client->connection.on_room();
  fixture.poll_all();
  client->connection.on_room();
  fixture.poll_all();
  CHECK(client->take() ==
        Texts{message(1, "1"), message(2, "2"), message(3, "3"), message(4, "4")});
}

TEST_CASE("whatever connections break, a client's own log has every message, once and in order") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Reliable fixture;
    auto client = fixture.connect();
    std::vector<int> got;
    std::uint64_t seen = 0;
    int published = 0;
    const auto receive = [&](bool all) {
      Texts texts = client->take();
      texts.resize(all ? texts.size() : random() % (texts.size() + 1));
      for (const std::string& text : texts) {
        const Json json = parse_json(text).value();
        if (json["type"] != "message" || json["sequenceId"] <= seen) {
          continue;
        }
        REQUIRE(json["sequenceId"] == seen + 1);
        seen = json["sequenceId"];
        if (json["group"] == "g") {
          got.push_back(std::stoi(json["data"].get<std::string>()));
        }
      }
    };
    for (int step = 0; step < 60; ++step) {
      switch (random() % 9) {
        case 0:
          receive(false);
          client = nullptr;
          fixture.poll_all();
          client = fixture.resume();
          break;
        case 1:
          receive(true);
          client->connection.on_message(sequence_ack(seen));
          break;
        case 2:
          client->connection.on_message(R"({"type":"joinGroup","group":"h"})");
          break;
        case 3:
          client->connection.on_message(R"({"type":"leaveGroup","group":"h"})");
          break;
        case 4:
          fixture.hub.poll(1);
          break;
        case 8: {
          // The server does not know yet that the connection is gone.
          receive(false);
          auto next = fixture.resume();
          if (random() % 2 == 0) {
            fixture.poll_all();
          }
          client = std::move(next);
          break;
        }
        case 5:
          fixture.hub.publish({.topic = "h", .payload = "x"});
          break;
        default:
          fixture.hub.publish({.topic = "g", .payload = std::to_string(++published)});
      }
    }
    fixture.poll_all();
    receive(true);
    CHECK(client->close_code == 0);
    REQUIRE(got.size() == static_cast<std::size_t>(published));
    for (int i = 0; i < published; ++i) {
      CHECK(got[static_cast<std::size_t>(i)] == i + 1);
    }
  }
}

TEST_CASE("a stored session that is damaged is none") {
  for (const std::string text :
       {"", "{}", R"({"user":"","acked":1,"served":[[2,1]],"groups":[],"messages":[]})",
        R"({"user":"","acked":1,"served":[],"groups":[["+","0"]],"messages":[]})",
        R"({"user":"","acked":1,"served":[],"groups":[["g"]],"messages":[]})",
        R"({"user":"","acked":1,"served":[],"groups":[],"messages":[{"topic":"g","b64":"?"}]})",
        R"({"user":"","acked":-1,"served":[],"groups":[],"messages":[{"topic":"g"}]})"}) {
    INFO(text);
    CHECK_FALSE(AzureStored::parse(text).has_value());
  }
  AzureStored stored;
  stored.user = "Ann";
  stored.served.add(3);
  stored.groups.push_back({.name = "g", .seen = broker::Cursor(7, {.partition = 0, .major = 5})});
  const auto read = AzureStored::parse(stored.text());
  REQUIRE(read.has_value());
  CHECK(read->text() == stored.text());
  CHECK(read->groups.front().seen == stored.groups.front().seen);
}
