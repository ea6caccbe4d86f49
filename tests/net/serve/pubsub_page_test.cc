// SPDX-License-Identifier: MIT
// What the page at / of a pub/sub server stands on.
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

HttpReply fetch(const PubSubServer& server, std::string_view target,
                std::string_view headers = {}) {
  return http(server, "GET", target, headers);
}

Json fetch_json(const PubSubServer& server, std::string_view target,
                std::string_view headers = {}) {
  const HttpReply reply = fetch(server, target, headers);
  INFO(reply.head << reply.body);
  REQUIRE(reply.status() == 200);
  CHECK(reply.has("Content-Type: application/json"));
  return parse_json(reply.body).value();
}

/// Lets in whoever has a token, with the token's rights.
serve::PubSubOptions with_page_tokens() {
  serve::PubSubOptions options;
  options.auth.tokens = serve::TokenFile::parse(
                            "admin ann {\"subscribe\":[\"#\"],\"publish\":[\"#\"]}\n"
                            "reader rea {\"subscribe\":[\"#\"],\"publish\":[]}\n"
                            "news nina {\"subscribe\":[\"news/#\"]}\n"
                            "all al\n",
                            {})
                            .value();
  return options;
}

}  // namespace

TEST_CASE("the page at / may run nothing but its own script, and reach nothing but its server") {
  const PubSubServer server({}, with_page_tokens());
  const HttpReply page = fetch(server, "/");
  REQUIRE(page.status() == 200);
  CHECK(page.has("Content-Type: text/html; charset=utf-8"));
  CHECK(page.has("Cache-Control: no-cache"));
  CHECK(page.has("X-Content-Type-Options: nosniff"));
  CHECK(page.head.find("Content-Security-Policy: default-src 'none'; script-src 'sha256-") !=
        std::string::npos);
  CHECK(page.head.find("connect-src 'self'") != std::string::npos);
  CHECK(page.head.find("unsafe") == std::string::npos);
  CHECK(page.body.starts_with("<!doctype html>"));
  CHECK(page.body.size() < 40 * 1024);
  CHECK(page.body.find("innerHTML") == std::string::npos);
  CHECK(fetch(server, "/?from=bookmark").body == page.body);
}

TEST_CASE("HEAD answers what GET does, without the body, and no other method is allowed") {
  const PubSubServer server;
  for (const char* const path :
       {"/", "/info", "/metrics", "/healthz", "/readyz", "/topics", "/connections"}) {
    INFO(path);
    const HttpReply head = http(server, "HEAD", path);
    CHECK(head.status() == 200);
    CHECK(head.head.find("Content-Length: 0\r\n") == std::string::npos);
    CHECK(head.body.empty());
    CHECK(post(server, path, "x").status() == 405);
  }
}

TEST_CASE("/topics tells what the topics had and have, the latest first") {
  const PubSubServer server({.threads = 3}, {.retention = {.messages_per_topic = 2}});
  CHECK(fetch_json(server, "/topics")["topics"].empty());
  const RawClient one = server.subscriber("/t/a/b");
  const RawClient other = server.subscriber("/t/a/%2B");
  const RawClient all = server.subscriber("/t/%23");
  for (const char* const topic : {"/t/a/b", "/t/a/b", "/t/a/b", "/t/other"}) {
    REQUIRE(post(server, topic, "text").status() == 200);
  }
  const Json answer = fetch_json(server, "/topics");
  CHECK(answer["total"] == 2);
  CHECK(answer["silent_nodes"] == 0);
  REQUIRE(answer["topics"].size() == 2);
  const Json& last = answer["topics"][0];
  CHECK(last["topic"] == "other");
  CHECK(last["messages"] == 1);
  CHECK(last["subscribers"] == 1);
  const Json& first = answer["topics"][1];
  CHECK(first["topic"] == "a/b");
  CHECK(first["messages"] == 3);
  CHECK(first["retained"] == 2);
  CHECK(first["subscribers"] == 3);
  CHECK(first["idle_s"].get<double>() < 20);
  REQUIRE(fetch_json(server, "/topics?limit=1")["topics"].size() == 1);
  CHECK(fetch_json(server, "/topics?limit=1")["total"] == 2);
}

TEST_CASE("/connections tells of those on all threads, the newest first") {
  const PubSubServer server({.threads = 2});
  RawClient publishing = server.subscriber("/t/room");
  publishing.send_frame(kText, "one");
  CHECK(read_text(publishing) == "one");
  const RawClient wide = server.subscriber("/t?topic=a&topic=b&topic=c");
  RawClient events(server.port());
  static_cast<void>(
      events.request("GET /t/room HTTP/1.1\r\nHost: x\r\n"
                     "Accept: text/event-stream\r\n\r\n"));
  RawClient polling(server.port());
  polling.send("GET /t/room?wait=5m HTTP/1.1\r\nHost: x\r\n\r\n");
  await_subscriptions(server, 4);
  const Json answer = fetch_json(server, "/connections");
  CHECK(answer["total"] == 4);
  const Json& list = answer["connections"];
  REQUIRE(list.size() == 4);
  CHECK(list[0]["transport"] == "poll");
  CHECK(list[1]["transport"] == "sse");
  CHECK(list[2]["transport"] == "websocket");
  CHECK(list[2]["subscriptions"] == 3);
  CHECK(list[2]["messages_out"] == 0);
  CHECK(list[3]["messages_in"] == 1);
  CHECK(list[3]["messages_out"] == 1);
  CHECK(list[3]["queued_bytes"] == 0);
  CHECK(list[3]["node"] != list[2]["node"]);
  CHECK(list[3]["id"] != list[2]["id"]);
  CHECK(list[3]["address"].get<std::string>().starts_with("127.0.0.1:"));
  CHECK(list[0]["age_s"].get<double>() <= list[3]["age_s"].get<double>());
  const Json newest = fetch_json(server, "/connections?limit=1");
  CHECK(newest["total"] == 4);
  REQUIRE(newest["connections"].size() == 1);
  CHECK(newest["connections"][0]["transport"] == "poll");
}

TEST_CASE("a connection is listed until it ends, those of a subprotocol with their groups") {
  const PubSubServer server;
  {
    RawClient azure(server.port());
    REQUIRE(
        azure.upgrade("Sec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n", "/client/hubs/chat"));
    CHECK(read_text(azure).find("connected") != std::string::npos);
    azure.send_frame(kText, R"({"type":"joinGroup","group":"g","ackId":1})");
    CHECK(read_text(azure).find("true") != std::string::npos);
    azure.send_frame(kText, R"({"type":"sendToGroup","group":"g","dataType":"text","data":"x"})");
    CHECK(read_text(azure).find("\"data\":\"x\"") != std::string::npos);
    const Json list = fetch_json(server, "/connections")["connections"];
    REQUIRE(list.size() == 1);
    CHECK(list[0]["subscriptions"] == 1);
    CHECK(list[0]["messages_in"] == 1);
    CHECK(list[0]["messages_out"] == 1);
  }
  while (fetch_json(server, "/connections")["total"] != 0) {
  }
  CHECK(fetch_json(server, "/connections")["connections"].empty());
}

TEST_CASE("limits of lists that are none are refused") {
  const PubSubServer server;
  for (const char* const query : {"limit=0", "limit=1001", "limit=x", "limit=", "limit=-1"}) {
    for (const std::string path : {"/topics?", "/connections?"}) {
      INFO(path << query);
      CHECK(fetch(server, path + query).status() == 400);
    }
  }
  const HttpReply most = fetch(server, "/topics?limit=1000");
  CHECK(most.status() == 200);
  CHECK(most.has("Cache-Control: no-store"));
}

TEST_CASE("only who may use all topics sees topics and connections") {
  const PubSubServer server({}, with_page_tokens());
  REQUIRE(post(server, "/t/secret", "x", "Authorization: Bearer admin\r\n").status() == 200);
  for (const char* const path : {"/topics", "/connections"}) {
    INFO(path);
    const HttpReply unknown = fetch(server, path);
    CHECK(unknown.status() == 401);
    CHECK(fetch(server, path, "Authorization: Bearer wrong\r\n").status() == 401);
    for (const char* const token : {"news", "reader"}) {
      const HttpReply reply =
          fetch(server, path, "Authorization: Bearer " + std::string(token) + "\r\n");
      CHECK(reply.status() == 403);
      CHECK(reply.body.find("secret") == std::string::npos);
    }
    CHECK(fetch(server, path, "Authorization: Bearer admin\r\n").status() == 200);
  }
  CHECK(fetch(server, "/").status() == 200);
}

TEST_CASE("topics that begin with a dollar are listed for those only who may subscribe to them") {
  const PubSubServer server({}, with_page_tokens());
  REQUIRE(post(server, "/t/$internal", "x", "Authorization: Bearer all\r\n").status() == 200);
  CHECK(fetch_json(server, "/topics", "Authorization: Bearer all\r\n")["topics"].size() == 1);
  CHECK(fetch_json(server, "/topics", "Authorization: Bearer admin\r\n")["topics"].empty());
}

TEST_CASE("where anybody is let in, nobody without a name sees where others come from") {
  serve::PubSubOptions options = with_page_tokens();
  options.auth.allow_anonymous = true;
  const PubSubServer server({}, options);
  const RawClient client = server.subscriber("/t/room");
  CHECK_FALSE(fetch_json(server, "/connections")["connections"][0].contains("address"));
  CHECK(fetch_json(server, "/connections", "Authorization: Bearer admin\r\n")["connections"][0]
            .contains("address"));
}

TEST_CASE("a thread that does not answer holds nobody up for longer than a second") {
  const PubSubServer server({.threads = 2});
  const RawClient here = server.subscriber("/t/room");   // on the first thread
  const RawClient there = server.subscriber("/t/room");  // on the second one
  std::binary_semaphore busy(0);
  std::binary_semaphore go_on(0);
  server.state().threads()[1].inbox->post([&](serve::PubSubNode& /*node*/) {
    busy.release();
    go_on.acquire();
  });
  busy.acquire();
  const Json answer = fetch_json(server, "/connections");
  go_on.release();
  CHECK(answer["silent_nodes"] == 1);
  CHECK(answer["connections"].size() == 1);
  CHECK(answer["total"] == 2);
}

TEST_CASE("/info names the version and the subprotocols") {
  const PubSubServer server({}, {.version = "1.2.3"});
  const Json info = fetch_json(server, "/info");
  CHECK(info["version"] == "1.2.3");
  CHECK(info["subprotocols"] == Json::array({"json.reliable.webpubsub.azure.v1",
                                             "json.webpubsub.azure.v1", "centrifuge-json"}));
}
