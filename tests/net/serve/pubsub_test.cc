// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("what is sent to a topic's url comes to all who are connected to it") {
  const PubSubServer server;
  RawClient a = server.subscriber("/t/room");
  RawClient b = server.subscriber("/t/room");
  RawClient other = server.subscriber("/t/other");
  a.send_frame(kText, "first");
  a.send_frame(kBinary, std::string("\0\xff", 2));
  for (RawClient* client : {&a, &b}) {
    CHECK(read_text(*client) == "first");
    const auto binary = client->read_frame();
    REQUIRE(binary.has_value());
    CHECK(binary->opcode == 2);
    CHECK(binary->payload == std::string("\0\xff", 2));
  }
  other.send_frame(kText, "apart");
  CHECK(read_text(other) == "apart");
}

TEST_CASE("with echo=0 a publisher does not hear itself, but others") {
  const PubSubServer server;
  RawClient quiet = server.subscriber("/t/room?echo=0");
  RawClient other = server.subscriber("/t/room");
  quiet.send_frame(kText, "mine");
  CHECK(read_text(other) == "mine");
  other.send_frame(kText, "yours");
  CHECK(read_text(quiet) == "yours");
}

TEST_CASE("service threads hear each other's messages in one order") {
  const PubSubServer server({.threads = 3});
  std::vector<RawClient> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(server.subscriber("/t/room"));
  }
  for (int i = 0; i < 60; ++i) {
    clients[static_cast<std::size_t>(i) % clients.size()].send_frame(kText, std::to_string(i));
  }
  std::vector<std::string> first;
  for (int i = 0; i < 60; ++i) {
    first.push_back(read_text(clients[0]));
  }
  for (std::size_t c = 1; c < clients.size(); ++c) {
    for (const std::string& text : first) {
      CHECK(read_text(clients[c]) == text);
    }
  }
}

TEST_CASE("POST publishes its body, as text where it is text") {
  const PubSubServer server({.threads = 2});
  RawClient client = server.subscriber("/t/room");
  const HttpReply first =
      post(server, "/t/room", "a=1", "Content-Type: application/x-www-form-urlencoded\r\n");
  CHECK(first.status() == 200);
  CHECK(first.has("Content-Type: application/json"));
  CHECK(first.has("Cache-Control: no-store"));
  CHECK(first.has("X-Accel-Buffering: no"));
  CHECK(!cursor_of(first).empty());
  CHECK(read_text(client) == "a=1");
  CHECK(post(server, "/t/room", "text", "Content-Type: application/octet-stream\r\n").status() ==
        200);
  const auto declared = client.read_frame();
  REQUIRE(declared.has_value());
  CHECK(declared->opcode == 2);
  CHECK(cursor_of(post(server, "/t/room", "\xff")) != cursor_of(first));
  const auto invalid = client.read_frame();
  REQUIRE(invalid.has_value());
  CHECK(invalid->opcode == 2);
  CHECK(post(server, "/t/room", "").status() == 200);
  CHECK(read_text(client).empty());
}

TEST_CASE("a subscriber may name several topics, and wildcards") {
  const PubSubServer server;
  RawClient several = server.subscriber("/t?topic=a&topic=b%2Fc");
  RawClient plus = server.subscriber("/t/+/c");
  RawClient in_query = server.subscriber("/t?topic=+/c");
  RawClient hash = server.subscriber("/t/b/%23");
  for (const std::string topic : {"b/c", "a", "b/d", "x/c"}) {
    CHECK(post(server, "/t/" + topic, topic).status() == 200);
  }
  CHECK(read_text(several) == "b/c");
  CHECK(read_text(several) == "a");
  for (RawClient* client : {&plus, &in_query}) {
    CHECK(read_text(*client) == "b/c");
    CHECK(read_text(*client) == "x/c");
  }
  CHECK(read_text(hash) == "b/c");
  CHECK(read_text(hash) == "b/d");
}

TEST_CASE("nothing is published to several topics or to a wildcard") {
  const PubSubServer server;
  CHECK(post(server, "/t/a/%23", "x").status() == 400);
  CHECK(post(server, "/t?topic=a&topic=b", "x").status() == 400);
  CHECK(post(server, "/t", "x").status() == 400);
  RawClient client = server.subscriber("/t/+");
  client.send_frame(kText, "x");
  CHECK(client.read_close() == 1008);
}

TEST_CASE("topics that are none, and other paths, are refused") {
  const PubSubServer server;
  for (const std::string target : {"/t/a%23", "/t/", "/t/x%00", "/t/a?echo=2", "/t/a?after=!"}) {
    INFO(target);
    RawClient client(server.port());
    CHECK(!client.upgrade({}, target));
  }
  CHECK(post(server, "/elsewhere", "x").status() == 404);
  RawClient client(server.port());
  CHECK(client.request(upgrade_request({}, "/")).starts_with("HTTP/1.1 404"));
}

TEST_CASE("a topic's name may have spaces, and characters that part a query") {
  const PubSubServer server;
  RawClient client = server.subscriber("/t/a%20b/c%26d");
  CHECK(post(server, "/t?topic=a%20b/c%26d", "x").status() == 200);
  CHECK(read_text(client) == "x");
}
