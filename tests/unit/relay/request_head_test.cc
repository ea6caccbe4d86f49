// SPDX-License-Identifier: MIT
#include "relay/request_head.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using relay::RequestRules;

namespace {

RequestRules rules_for(const std::string& url) {
  return {.target = wire::parse_uri(url).value()};
}

wire::HttpRequest parse(const std::string& head) {
  wire::HttpRequestParser parser;
  REQUIRE(parser.feed(head).value() == head.size());
  REQUIRE(parser.complete());
  return parser.take();
}

std::string rewrite(const std::string& head, const RequestRules& rules) {
  return relay::rewrite_head(head, parse(head), rules);
}

std::string target(const std::string& request_line, const std::string& url) {
  const std::string head = request_line + "\r\nHost: a\r\n\r\n";
  return relay::request_target(parse(head), rules_for(url));
}

}  // namespace

TEST_CASE("of an upgrade request only Host and path change, and no other byte") {
  const std::string first = "GET /chat?a=b HTTP/1.1\r\nhOsT: ";
  const std::string rest =
      "\r\n"
      "Upgrade:websocket\r\n"
      "Connection:  keep-alive, Upgrade \r\n"
      "X-Odd:\t two  spaces\t\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "sec-websocket-version: 13\r\n"
      "Cookie: a=1\r\n"
      "Cookie: b=2\r\n"
      "\r\n";
  CHECK(rewrite(first + "  127.0.0.1:9000 " + rest, rules_for("wss://example.org:8443")) ==
        first + "example.org:8443" + rest);
}

TEST_CASE("the target's path wins over the client's, which stands where the target has none") {
  CHECK(target("GET /mine?x=1 HTTP/1.1", "ws://h/theirs?y=2") == "/theirs?y=2");
  CHECK(target("GET /mine?x=1 HTTP/1.1", "ws://h") == "/mine?x=1");
  CHECK(target("GET /mine?x=1 HTTP/1.1", "ws://h/") == "/mine?x=1");
  CHECK(target("GET ws://other:1/mine?x=1 HTTP/1.1", "ws://h") == "/mine?x=1");
  CHECK(target("GET ws://other:1?x=1 HTTP/1.1", "ws://h") == "/?x=1");
  CHECK(target("GET ws://other:1 HTTP/1.1", "ws://h") == "/");
  CHECK(target("GET /?next=ws://x/y HTTP/1.1", "ws://h") == "/?next=ws://x/y");
  CHECK(target("OPTIONS * HTTP/1.1", "ws://h") == "*");
}

TEST_CASE("the client's Host is kept on request, and one of the user's counts before both") {
  const std::string head = "GET / HTTP/1.1\r\nHost: mine\r\nUpgrade: websocket\r\n\r\n";
  RequestRules rules = rules_for("ws://theirs");
  rules.keep_host = true;
  CHECK(rewrite(head, rules) == head);
  rules.headers = {{"Host", "users"}};
  CHECK(rewrite(head, rules) == "GET / HTTP/1.1\r\nHost: users\r\nUpgrade: websocket\r\n\r\n");
}

TEST_CASE("a request without Host gets one") {
  CHECK(rewrite("GET / HTTP/1.0\r\nUpgrade: websocket\r\n\r\n", rules_for("ws://h:81")) ==
        "GET / HTTP/1.0\r\nHost: h:81\r\nUpgrade: websocket\r\n\r\n");
}

TEST_CASE("the user's headers replace all of that name, and others are left out") {
  RequestRules rules = rules_for("ws://h");
  rules.headers = {{"Origin", "http://good"}, {"X-New", "1"}, {"X-New", "2"}};
  rules.removed = {"cookie"};
  CHECK(rewrite("GET / HTTP/1.1\r\nHost: h\r\norigin: http://bad\r\nCookie: a\r\n"
                "Upgrade: websocket\r\nCookie: b\r\n\r\n",
                rules) ==
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nOrigin: http://good\r\nX-New: 1\r\n"
        "X-New: 2\r\n\r\n");
}

TEST_CASE(
    "a request for no WebSocket is told to close, and one with an odd upgrade is not touched") {
  const RequestRules rules = rules_for("ws://h");
  CHECK(rewrite("POST /login HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n"
                "Keep-Alive: 5\r\nContent-Length: 2\r\n\r\n",
                rules) ==
        "POST /login HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
  const std::string odd =
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nUpgrade: foo, WebSocket\r\n\r\n";
  CHECK(rewrite(odd, rules) == odd);
}

TEST_CASE("empty lines before the request are left out") {
  CHECK(rewrite("\r\nGET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n",
                rules_for("ws://h")) == "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n");
}
