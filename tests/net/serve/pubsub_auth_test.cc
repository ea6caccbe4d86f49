// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>
#include <string_view>

#include "core/base64.h"
#include "core/clock.h"
#include "tests/net/serve/pubsub_serving.h"
#include "tests/support/token_maker.h"

using namespace wskit;
using namespace wskit::test;

namespace {

constexpr std::string_view kTom = "Authorization: Bearer t0k3n\r\n";

/// Takes tokens, signed and known ones, and a password.
serve::PubSubOptions closed() {
  serve::PubSubOptions options;
  options.auth.jwt = serve::JwtPolicy{.keys = {serve::JwtKey::from_secret(kTokenSecret).value()},
                                      .leeway = Nanoseconds(0)};
  options.auth.tokens =
      serve::TokenFile::parse(R"(t0k3n tom {"subscribe":["news/#"],"publish":["news/tom"]})", {})
          .value();
  options.auth.passwords = serve::PasswordFile::parse("ann:secret").value();
  return options;
}

std::string bearer(std::string_view claims) {
  return "Authorization: Bearer " + make_token(claims) + "\r\n";
}

std::string ann() {
  return "Authorization: Basic " + base64_encode("ann:secret") + "\r\n";
}

/// The status of an upgrade.
int upgrade_status(const PubSubServer& server, std::string_view path,
                   std::string_view headers = {}) {
  RawClient client(server.port());
  const std::string head = client.request(upgrade_request(headers, path));
  return head.size() > 12 ? std::stoi(head.substr(9, 3)) : 0;
}

int get_status(const PubSubServer& server, std::string_view target, std::string_view headers = {}) {
  return http(server, "GET", target, headers).status();
}

std::uint64_t refusals(const PubSubServer& server, std::string_view cause) {
  const std::string body = http(server, "GET", "/metrics", ann()).body;
  const std::string line = "\nwskit_auth_refusals_total{cause=\"" + std::string(cause) + "\"} ";
  return std::stoull(body.substr(body.find(line) + line.size()));
}

/// Claims of a token that is good for some seconds more.
std::string short_lived(std::string_view further) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(read_wall_clock().time_since_epoch());
  return R"({"exp":)" + std::to_string(now.count() + 3) + "," + std::string(further) + "}";
}

}  // namespace

TEST_CASE("without credentials nothing but the state of the server can be had") {
  const PubSubServer server({}, closed());
  CHECK(upgrade_status(server, "/t/news/tom") == 401);
  for (const char* const target : {"/t/news/a?wait=0", "/t/news/a?stream=1", "/info", "/metrics"}) {
    CHECK(get_status(server, target) == 401);
  }
  CHECK(get_status(server, "/t/news/a", "Accept: text/event-stream\r\n") == 401);
  const auto reply = post(server, "/t/news/tom", "x");
  CHECK(reply.status() == 401);
  CHECK(reply.has("WWW-Authenticate: Bearer realm=\"wskit\""));
  CHECK(reply.has("WWW-Authenticate: Basic realm=\"wskit\", charset=\"UTF-8\""));
  CHECK(get_status(server, "/healthz") == 200);
  CHECK(get_status(server, "/readyz") == 200);
  // A browser asks without credentials first.
  CHECK(http(server, "OPTIONS", "/t/news/a").status() == 204);
}

TEST_CASE("a client of Azure's subprotocols has the rights of its credentials") {
  constexpr std::string_view kAzureHub = "/client/hubs/h";
  constexpr std::string_view kAzure = "Sec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n";
  const PubSubServer server({}, closed());
  CHECK(upgrade_status(server, kAzureHub, kAzure) == 401);
  RawClient client(server.port());
  REQUIRE(client.upgrade(kAzure, std::string(kAzureHub) + "?access_token=t0k3n"));
  CHECK_THAT(read_text(client), Catch::Contains(R"("userId":"tom")"));
  const auto ask = [&client](const std::string& request) {
    client.send_frame(kText, request);
    return read_text(client);
  };
  CHECK(ask(R"({"type":"joinGroup","ackId":1,"group":"news/tom"})") ==
        R"({"type":"ack","ackId":1,"success":true})");
  CHECK_THAT(ask(R"({"type":"joinGroup","ackId":2,"group":"other"})"),
             Catch::Contains("Forbidden"));
  CHECK_THAT(ask(R"({"type":"sendToGroup","ackId":3,"group":"news/ann","data":1})"),
             Catch::Contains("Forbidden"));
  CHECK(refusals(server, "forbidden") == 2);
  CHECK(ask(R"({"type":"sendToGroup","ackId":4,"group":"news/tom","data":1,"noEcho":true})") ==
        R"({"type":"ack","ackId":4,"success":true})");
}

TEST_CASE("a target that is none is refused as such, not the credentials that come with it") {
  const PubSubServer server({}, closed());
  CHECK(get_status(server, "/t/news%09y?wait=0", kTom) == 400);
  CHECK(upgrade_status(server, "/t/news%09y", kTom) == 400);
}

TEST_CASE("credentials open upgrade, GET and POST") {
  const PubSubServer server({}, closed());
  for (const std::string& headers :
       {std::string(kTom), ann(), bearer(R"({"subscribe":["news/#"],"publish":["#"]})")}) {
    CHECK(upgrade_status(server, "/t/news/tom", headers) == 101);
    CHECK(post(server, "/t/news/tom", "x", headers).status() == 200);
    CHECK(get_status(server, "/t/news/%2B?wait=0", headers) == 200);
  }
  CHECK(upgrade_status(server, "/t/news/tom?access_token=t0k3n") == 101);
  CHECK(post(server, "/t/news/tom?access_token=t0k3n", "x").status() == 200);
  CHECK(get_status(server, "/t/news/tom?wait=0&access_token=t0k3n") == 200);
  CHECK(get_status(server, "/info?access_token=t0k3n") == 200);
  CHECK(get_status(server, "/t/news/tom?wait=0&access_token=t0k3n", kTom) == 400);
}

TEST_CASE("a known user may do what its rights say and gets 403 for the rest") {
  const PubSubServer server({}, closed());
  for (const char* const path : {"/t/other", "/t/%23", "/t?topic=news/a&topic=other"}) {
    CHECK(upgrade_status(server, path, kTom) == 403);
    CHECK(get_status(server,
                     std::string(path) + (std::string_view(path).find('?') == std::string_view::npos
                                              ? "?wait=0"
                                              : "&wait=0"),
                     kTom) == 403);
  }
  const auto reply = post(server, "/t/news/a", "x", kTom);
  CHECK(reply.status() == 403);
  CHECK(reply.head.find("error=\"insufficient_scope\"") != std::string::npos);
  CHECK(refusals(server, "forbidden") == 7);
}

TEST_CASE("who may not publish to a topic may listen to it, and is closed when it tries") {
  const PubSubServer server({}, closed());
  RawClient reader = server.subscriber("/t/news/ann?access_token=t0k3n");
  CHECK(post(server, "/t/news/ann", "hello", ann()).status() == 200);
  CHECK(read_text(reader) == "hello");
  reader.send_frame(kText, "mine");
  CHECK(reader.read_close() == 1008);
  CHECK(refusals(server, "forbidden") == 1);
  const auto past = http(server, "GET", "/t/news/ann?after=0&wait=0", ann());
  CHECK(past.body.find("hello") != std::string::npos);
  CHECK(past.body.find("mine") == std::string::npos);
}

TEST_CASE("forged, unsigned and expired tokens are refused and counted") {
  const PubSubServer server({}, closed());
  const std::string forged = "Authorization: Bearer " +
                             make_token(R"({"alg":"HS256"})", "{}", std::string(40, 'x')) + "\r\n";
  const std::string unsigned_token =
      "Authorization: Bearer " + base64url_encode(R"({"alg":"none"})") + ".e30.\r\n";
  const std::string expired = bearer(R"({"exp":1,"subscribe":["#"],"publish":["#"]})");
  const std::string nested =
      "Authorization: Bearer " + base64url_encode(std::string(1'500, '[')) + ".e30.AAAA\r\n";
  const std::string huge = "Authorization: Bearer " + std::string(10'000, 'a') + "\r\n";
  for (const std::string& headers : {forged, unsigned_token, expired, nested, huge}) {
    CHECK(upgrade_status(server, "/t/a", headers) == 401);
    CHECK(get_status(server, "/t/a?wait=0", headers) == 401);
    CHECK(post(server, "/t/a", "x", headers).status() == 401);
  }
  CHECK(refusals(server, "signature") == 3);
  CHECK(refusals(server, "algorithm") == 3);
  CHECK(refusals(server, "expired") == 3);
  CHECK(refusals(server, "malformed") == 6);
}

TEST_CASE("a connection ends in order when its token does") {
  const PubSubServer server({.threads = 2}, closed());
  const std::string headers = bearer(short_lived(R"("subscribe":["a"])"));
  RawClient socket(server.port());
  REQUIRE(socket.upgrade(headers, "/t/a"));
  RawClient stream(server.port());
  REQUIRE(stream.request("GET /t/a?stream=1 HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n")
              .starts_with("HTTP/1.1 200 OK"));
  const auto poll = http(server, "GET", "/t/a?wait=5m", headers);
  CHECK(poll.status() == 200);
  CHECK(poll.body.ends_with("\"messages\":[]}\n"));
  CHECK(socket.read_close() == 1008);
  const auto end = stream.read_chunk();
  REQUIRE(end.has_value());
  CHECK(end->empty());
  CHECK(get_status(server, "/t/a?wait=0", headers) == 401);
}

TEST_CASE("a page of a foreign origin is refused before its credentials are looked at") {
  const PubSubServer server({}, closed());
  const std::string headers = "Origin: http://evil.example\r\n" + std::string(kTom);
  CHECK(upgrade_status(server, "/t/news/a", headers) == 403);
  CHECK(get_status(server, "/t/news/a?wait=0", headers) == 403);
  CHECK(refusals(server, "forbidden") == 0);
}
