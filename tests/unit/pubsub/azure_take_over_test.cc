// SPDX-License-Identifier: MIT
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pubsub/azure_connection.h"
#include "tests/unit/pubsub/azure_fixture.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// The numbers of the messages among the texts that came since the last call.
std::vector<int> numbers_of(AzureClient& client) {
  std::vector<int> numbers;
  for (const std::string& text : client.take()) {
    const Json json = parse_json(text).value();
    if (json["type"] == "message") {
      numbers.push_back(json["sequenceId"]);
    }
  }
  return numbers;
}

}  // namespace

TEST_CASE("a client that comes back while its old connection is there takes its place") {
  Reliable fixture;
  const auto old = fixture.connect();
  fixture.publish("g", "1");
  CHECK(numbers_of(*old) == std::vector{1});
  const auto client = fixture.resume();
  fixture.publish("g", "2");
  CHECK(old->close_code == 1008);
  CHECK(fixture.hub.subscriptions() == 1);
  fixture.publish("g", "3");
  CHECK(old->take().size() == 1);  // why it is closed
  CHECK(client->texts.front() == kReliableGreeting);
  CHECK(numbers_of(*client) == std::vector{1, 2, 3});
  // What the old one still says is not heard.
  CHECK(fixture.ask(*old, R"({"type":"leaveGroup","group":"g"})").empty());
  fixture.publish("g", "4");
  CHECK(numbers_of(*client) == std::vector{4});
}

TEST_CASE("connections that take a session from one another in turn lose nothing, nor leave any") {
  Reliable fixture;
  auto client = fixture.connect();
  int published = 0;
  int seen = 0;
  for (int turn = 0; turn < 100; ++turn) {
    fixture.publish("g", std::to_string(++published));
    auto next = fixture.resume();
    fixture.hub.publish({.topic = "g", .payload = std::to_string(++published)});
    fixture.poll_all();
    CHECK(client->close_code == 1008);
    client = std::move(next);
    CHECK(fixture.hub.subscriptions() == 1);
    for (const int number : numbers_of(*client)) {
      CHECK(number == ++seen);
    }
    client->connection.on_message(R"({"type":"sequenceAck","sequenceId":)" + std::to_string(seen) +
                                  "}");
  }
  CHECK(seen == published);
  client = nullptr;
  CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("of several that want a session at the same time the last one keeps it") {
  Reliable fixture;
  const auto old = fixture.connect();
  fixture.publish("g", "1");
  const auto second = fixture.resume();
  auto gone = fixture.resume();
  const auto last = fixture.resume();
  gone = nullptr;
  fixture.poll_all();
  CHECK(old->close_code == 1008);
  CHECK(second->close_code == 1008);
  CHECK(last->close_code == 0);
  CHECK(numbers_of(*last) == std::vector{1});
}

TEST_CASE("who waits for a session that turns out to be dead is told so") {
  Reliable fixture;
  const auto old = fixture.connect();
  const auto client = fixture.resume();
  old->connection.on_message("no request");
  CHECK(old->close_code == 1008);
  fixture.poll_all();
  CHECK(client->close_code == 1008);
  CHECK_THAT(client->texts.front(), Catch::Contains("is unknown"));
}
