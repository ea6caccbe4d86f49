// SPDX-License-Identifier: MIT
// Clients that go in the moment in which their answer comes.
#include <chrono>
#include <string>
#include <vector>

#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

TEST_CASE("polls that are gone in the turn of their answer harm nobody") {
  // It stands still most of the time: what comes meanwhile comes to it in one turn.
  const PubSubServer server({.stall = serve::StallOptions{.every = 100ms, .length = 90ms}});
  RawClient publisher = server.subscriber("/t/room");
  for (int round = 0; round < 5; ++round) {
    std::vector<RawClient> polls;
    for (int i = 0; i < 10; ++i) {
      polls.emplace_back(server.port());
      polls.back().send("GET /t/room?wait=1m HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    await_subscriptions(server, 11);
    const std::string text = std::to_string(round);
    for (RawClient& poll : polls) {
      poll.reset();
    }
    publisher.send_frame(kText, text);
    CHECK(read_text(publisher) == text);
  }
}

TEST_CASE("publishers that are gone before their answer harm nobody") {
  const PubSubServer server({.stall = serve::StallOptions{.every = 100ms, .length = 90ms}});
  RawClient reader = server.subscriber("/t/room");
  for (int round = 0; round < 20; ++round) {
    RawClient client(server.port());
    client.send("POST /t/room HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ngone");
    client.reset();
  }
  CHECK(post(server, "/t/room", "here").status() == 200);
  std::string text = read_text(reader);
  while (text == "gone") {
    text = read_text(reader);
  }
  CHECK(text == "here");
}
