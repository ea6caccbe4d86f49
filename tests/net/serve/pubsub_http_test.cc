// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/json.h"
#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

HttpReply get(const PubSubServer& server, std::string_view target, std::string_view headers = {}) {
  return http(server, "GET", target, headers);
}

Json json_of(const HttpReply& reply) {
  INFO(reply.head << reply.body);
  REQUIRE(reply.status() == 200);
  return parse_json(reply.body).value();
}

std::vector<std::string> payloads(const Json& answer) {
  std::vector<std::string> found;
  for (const Json& message : answer["messages"]) {
    found.push_back(message["data"]);
  }
  return found;
}

/// A stream's connection, read up to its head.
RawClient open_stream(const PubSubServer& server, std::string_view target,
                      std::string_view headers) {
  RawClient client(server.port());
  const std::string head = client.request(
      std::string("GET ").append(target).append(" HTTP/1.1\r\nHost: x\r\n").append(headers) +
      "\r\n");
  INFO(head);
  REQUIRE(head.starts_with("HTTP/1.1 200 OK"));
  CHECK(head.find("Transfer-Encoding: chunked") != std::string::npos);
  return client;
}

/// What comes up to and with `end`, chunks put together.
std::string read_chunks(RawClient& client, std::string_view end) {
  std::string body;
  while (body.find(end) == std::string::npos) {
    const auto chunk = client.read_chunk();
    if (!chunk) {
      FAIL("the stream ended after: " << body);
    }
    body += *chunk;
  }
  return body;
}

/// Another thread may be about to count.
void await_metric(const PubSubServer& server, const std::string& line) {
  constexpr int kTries = 2'000;
  std::string metrics;
  for (int i = 0; i < kTries && metrics.find("\n" + line + "\n") == std::string::npos; ++i) {
    metrics = get(server, "/metrics").body;
  }
  INFO(metrics);
  CHECK(metrics.find("\n" + line + "\n") != std::string::npos);
}

constexpr std::string_view kEvents = "Accept: text/event-stream\r\n";

}  // namespace

TEST_CASE("a long poll answers at once with what came after its cursor") {
  const PubSubServer server({.threads = 2});
  const std::string before = cursor_of(get(server, "/t/room?wait=0"));
  const std::string first = cursor_of(post(server, "/t/room", "one"));
  post(server, "/t/other", "apart");
  post(server, "/t/room", "two");
  CHECK(payloads(json_of(get(server, "/t/room?after=" + before))) ==
        std::vector<std::string>{"one", "two"});
  const Json rest = json_of(get(server, "/t/room?after=" + first));
  CHECK(payloads(rest) == std::vector<std::string>{"two"});
  CHECK(rest["messages"][0]["topic"] == "room");
  CHECK(payloads(json_of(get(server, "/t/room?after=0"))).size() == 2);
  CHECK(payloads(json_of(get(server, "/t/%23?after=0"))).size() == 3);
  const std::string last = rest["cursor"];
  CHECK(payloads(json_of(get(server, "/t/room?wait=0&after=" + last))).empty());
}

TEST_CASE("a target with a line break or a broken escape is refused, and nothing is published") {
  const PubSubServer server({}, {});
  for (const char* const target : {"/t/news%0Ay", "/t/news%0dy", "/t?topic=news%0Ar"}) {
    INFO(target);
    CHECK(post(server, target, "x").status() == 400);
    CHECK(http(server, "GET", target).status() == 400);
    RawClient client(server.port());
    CHECK_THAT(client.request(upgrade_request("", target)), Catch::StartsWith("HTTP/1.1 400"));
  }
  CHECK(http(server, "GET", "/t/news?after=0&wait=0").body.find("\"messages\":[]") !=
        std::string::npos);
}

TEST_CASE("a long poll waits for a message, and no longer than it is told to") {
  const PubSubServer server({.threads = 2});
  RawClient waiting(server.port());
  waiting.send("GET /t/room?wait=5m HTTP/1.1\r\nHost: x\r\n\r\n");
  // Until it is there, nobody hears it.
  await_subscriptions(server, 1);
  post(server, "/t/room", "hello");
  HttpReply reply{.head = waiting.request(""), .body = waiting.read_all()};
  CHECK(payloads(json_of(reply)) == std::vector<std::string>{"hello"});
  CHECK(payloads(json_of(get(server, "/t/room?wait=10ms"))).empty());
}

TEST_CASE("a long poll whose past is gone is told the oldest cursor there is") {
  const PubSubServer server({}, {.retention = {.messages_per_topic = 2}});
  const std::string before = cursor_of(get(server, "/t/room?wait=0"));
  for (const std::string text : {"1", "2", "3"}) {
    post(server, "/t/room", text);
  }
  const HttpReply gone = get(server, "/t/room?after=" + before);
  CHECK(gone.status() == 410);
  const std::string oldest = parse_json(gone.body).value()["oldest"];
  CHECK(payloads(json_of(get(server, "/t/room?after=" + oldest))) ==
        std::vector<std::string>{"2", "3"});
}

TEST_CASE("a long answer is cut short, and goes on from its cursor without a hole") {
  const PubSubServer server;
  const std::string large(100'000, 'x');
  for (int i = 0; i < 30; ++i) {
    post(server, "/t/room", std::to_string(i) + large);
  }
  std::string cursor = "0";
  int expected = 0;
  while (expected < 30) {
    const Json page = json_of(get(server, "/t/room?wait=0&after=" + cursor));
    REQUIRE(!page["messages"].empty());
    for (const std::string& text : payloads(page)) {
      CHECK(text == std::to_string(expected++) + large);
    }
    cursor = page["cursor"];
  }
}

TEST_CASE("events carry cursors, and Last-Event-ID goes on after one") {
  const PubSubServer server({.threads = 2});
  post(server, "/t/room", "one");
  RawClient first = open_stream(server, "/t/room?after=0", kEvents);
  const std::string one = read_chunks(first, "data: one\n\n");
  REQUIRE(one.starts_with("id: "));
  const std::string id = one.substr(4, one.find('\n') - 4);
  post(server, "/t/room", "two\nlines");
  CHECK(read_chunks(first, "data: two\ndata: lines\n\n").find("id: ") != std::string::npos);
  RawClient again = open_stream(server, "/t/room?after=0",
                                std::string(kEvents) + "Last-Event-ID: " + id + "\r\n");
  CHECK(read_chunks(again, "lines\n\n").find("one") == std::string::npos);
}

TEST_CASE("an event stream begins with the cursor of its begin") {
  const PubSubServer server;
  RawClient client = open_stream(server, "/t/room", kEvents);
  const std::string begin = read_chunks(client, "\n\n");
  REQUIRE(begin.starts_with("id: "));
  post(server, "/t/room", "missed");
  const std::string id = begin.substr(4, begin.find('\n') - 4);
  CHECK(payloads(json_of(get(server, "/t/room?after=" + id))) ==
        std::vector<std::string>{"missed"});
}

TEST_CASE("events, lines and envelopes announce a gap in their own form") {
  const PubSubServer server({}, {.retention = {.messages_per_topic = 1}});
  const std::string before = cursor_of(get(server, "/t/room?wait=0"));
  post(server, "/t/room", "1");
  post(server, "/t/room", "2");
  RawClient events = open_stream(server, "/t/room?after=" + before, kEvents);
  const std::string event = read_chunks(events, "data: 2\n\n");
  CHECK(event.find("event: gap\ndata: {\"reason\":\"history\"") != std::string::npos);
  RawClient lines = open_stream(server, "/t/room?stream=1&after=" + before, {});
  const std::string line = read_chunks(lines, "\"data\":\"2\"}\n");
  CHECK(line.starts_with("{\"gap\":{\"reason\":\"history\""));
  RawClient envelope(server.port());
  REQUIRE(envelope.upgrade({}, "/t/other?topic=room&envelope=json&after=" + before));
  CHECK(read_text(envelope).starts_with("{\"gap\":"));
  const Json item = parse_json(read_text(envelope)).value();
  CHECK(item["topic"] == "room");
  CHECK(item["data"] == "2");
}

TEST_CASE("raw frames that would have a gap are closed") {
  const PubSubServer server({}, {.retention = {.messages_per_topic = 1}});
  const std::string before = cursor_of(get(server, "/t/room?wait=0"));
  post(server, "/t/room", "1");
  post(server, "/t/room", "2");
  RawClient client(server.port());
  REQUIRE(client.upgrade({}, "/t/room?after=" + before));
  CHECK(client.read_close() == 1008);
}

TEST_CASE("a client may change its transport in mid-stream and miss nothing") {
  const PubSubServer server({.threads = 3});
  std::string cursor = cursor_of(post(server, "/t/room", "0"));
  post(server, "/t/room", "1");
  RawClient envelope(server.port());
  REQUIRE(envelope.upgrade({}, "/t/room?envelope=json&after=" + cursor));
  cursor = parse_json(read_text(envelope)).value()["id"];
  post(server, "/t/room", "2");
  RawClient lines = open_stream(server, "/t/room?stream=1&after=" + cursor, {});
  cursor = parse_json(read_chunks(lines, "\n")).value()["id"];
  post(server, "/t/room", "3");
  const Json poll = json_of(get(server, "/t/room?after=" + cursor));
  CHECK(payloads(poll) == std::vector<std::string>{"3"});
  cursor = poll["cursor"];
  post(server, "/t/room", "4");
  RawClient events = open_stream(server, "/t/room?after=" + cursor, kEvents);
  const std::string event = read_chunks(events, "data: 4\n\n");
  CHECK(event.find("data: 3") == std::string::npos);
}

TEST_CASE("what is quiet gets comments, and a client that goes is noticed") {
  const PubSubServer server({.ping_interval = std::chrono::milliseconds(20)});
  {
    RawClient events = open_stream(server, "/t/room", kEvents);
    CHECK(read_chunks(events, ":\n\n:\n\n").starts_with("id: "));
    RawClient lines = open_stream(server, "/t/room?stream=1", {});
    CHECK(read_chunks(lines, "\n\n") == "\n\n");
    RawClient poll(server.port());
    poll.send("GET /t/room?wait=5m HTTP/1.1\r\nHost: x\r\n\r\n");
    await_subscriptions(server, 3);
  }
  await_subscriptions(server, 0);
  await_metric(server, "wskit_subscribers{transport=\"sse\"} 0");
  await_metric(server, "wskit_subscribers_total{transport=\"poll\"} 1");
}

TEST_CASE("HTTP/1.0 gets an event stream without chunks") {
  PubSubServer server;
  RawClient client(server.port());
  post(server, "/t/room", "old");
  const std::string head = client.request(
      "GET /t/room?after=0 HTTP/1.0\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
  CHECK(head.find("Transfer-Encoding") == std::string::npos);
  server.server().drain();
  CHECK(client.read_all().find("data: old\n\n") != std::string::npos);
}

TEST_CASE("pages of other origins may neither read nor publish, unless they are allowed") {
  const std::string foreign = "Origin: http://evil.example\r\n";
  const PubSubServer closed;
  for (const std::string method : {"GET", "POST", "OPTIONS"}) {
    const HttpReply reply = http(closed, method, "/t/room?wait=0", foreign);
    CHECK(reply.status() == 403);
    CHECK(reply.head.find("Access-Control") == std::string::npos);
  }
  CHECK(post(closed, "/t/room", "x", "Origin: http://x\r\n").status() == 200);
  const PubSubServer open({.allowed_origins = {"http://evil.example"}});
  const HttpReply asked = http(open, "OPTIONS", "/t/room", foreign);
  CHECK(asked.status() == 204);
  CHECK(asked.has("Access-Control-Allow-Origin: http://evil.example"));
  CHECK(asked.has("Access-Control-Allow-Methods: GET, POST, OPTIONS"));
  CHECK(asked.has("Vary: Accept, Origin"));
  CHECK(
      post(open, "/t/room", "x", foreign).has("Access-Control-Allow-Origin: http://evil.example"));
}

TEST_CASE("no form of a foreign origin gets in, on any path") {
  const PubSubServer server;
  for (const char* origin :
       {"http://evil.example", "null", "http://localhost.evil.example", "http://localhost:1",
        "HTTP://LOCALHOST", "http://localhost@evil.example"}) {
    INFO(origin);
    const std::string header = fmt::format("Origin: {}\r\n", origin);
    const std::string asking = fmt::format("Origin: {}\r\nAccept: text/event-stream\r\n", origin);
    for (const char* path : {"/t/room", "/client/hubs/chat", "/connection/websocket"}) {
      RawClient client(server.port());
      CHECK_THAT(client.request(upgrade_request(header, path)), Catch::StartsWith("HTTP/1.1 403 "));
    }
    CHECK(post(server, "/t/room", "x", header).status() == 403);
    CHECK(post(server, "/faults", "close:4001", header).status() == 403);
    CHECK(http(server, "GET", "/t/room", asking).status() == 403);
  }
}

TEST_CASE("streams and polls count among the connections") {
  const PubSubServer server({.max_connections = 2});
  RawClient socket = server.subscriber("/t/room");
  {
    RawClient events = open_stream(server, "/t/room", kEvents);
    CHECK(get(server, "/t/room?wait=0").status() == 503);
    RawClient refused(server.port());
    CHECK(!refused.upgrade({}, "/t/room"));
    CHECK(post(server, "/t/room", "x").status() == 200);
  }
  await_subscriptions(server, 1);
  CHECK(get(server, "/t/room?wait=0").status() == 200);
}

TEST_CASE("a client that sends more than its request gets its answer all the same") {
  const PubSubServer server;
  RawClient client = open_stream(server, "/t/room", kEvents);
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  static_cast<void>(read_chunks(client, "\n\n"));
  post(server, "/t/room", "hello");
  CHECK(read_chunks(client, "data: hello\n\n").starts_with("id: "));
}

TEST_CASE("other methods are told which ones there are") {
  const PubSubServer server;
  const HttpReply reply = http(server, "DELETE", "/t/room");
  CHECK(reply.status() == 405);
  CHECK(reply.has("Allow: GET, POST, OPTIONS"));
}

TEST_CASE("the server says how it is, and what it counts") {
  PubSubServer server({.threads = 2});
  CHECK(get(server, "/healthz").body == "ok\n");
  CHECK(get(server, "/readyz").body == "ready\n");
  const Json info = json_of(get(server, "/info"));
  CHECK(info["engine"] == "memory");
  CHECK(info["nodes"] == 2);
  RawClient client = server.subscriber("/t/room");
  post(server, "/t/room", "hello");
  CHECK(read_text(client) == "hello");
  RawClient leaving = server.subscriber("/t/room");
  leaving.send_frame(kClose, std::string("\x03\xe8", 2));
  CHECK(leaving.read_close() == 1000);
  CHECK(get(server, "/metrics").has("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
  for (const std::string line :
       {"wskit_subscribers{transport=\"websocket\"} 1",
        "wskit_published_total{transport=\"post\"} 1", "wskit_published_bytes_total 5",
        "wskit_deliveries_total 1", "wskit_history_messages 1", "wskit_nodes_ready 2",
        "wskit_publish_to_write_seconds_count 1"}) {
    await_metric(server, line);
  }
}
