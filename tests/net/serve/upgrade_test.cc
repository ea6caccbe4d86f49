// SPDX-License-Identifier: MIT
#include <string>

#include <fmt/format.h>

#include "tests/net/serve/serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

// The first line of the answer, and that the connection ends after it.
std::string status_line(const serve::Server& server, std::string_view request) {
  RawClient client(server.port());
  const std::string head = client.request(request);
  return client.wait_for_end() ? head.substr(0, head.find('\r')) : "still open";
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("healthz says ok over plain HTTP") {
  const auto server = start_echo();
  RawClient client(server->port());
  CHECK(client.request("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 200 OK"));
  CHECK(client.read_all() == "ok\n");
  RawClient head(server->port());
  CHECK(head.request("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 200 OK"));
  CHECK(head.read_all().empty());
}

TEST_CASE("plain requests are told that this is a WebSocket server") {
  const auto server = start_echo();
  CHECK(status_line(*server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.1 426 Upgrade Required");
  CHECK(status_line(*server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi") ==
        "HTTP/1.1 405 Method Not Allowed");
}

TEST_CASE("an upgrade is accepted on any path") {
  const auto server = start_echo();
  for (const char* path : {"/", "/chat", "/a/b?c=d&e", "/%7Euser"}) {
    RawClient client(server->port());
    CHECK(client.upgrade({}, path));
  }
}

TEST_CASE("POST and other versions do not get 101") {
  const auto server = start_echo();
  CHECK(status_line(*server, replaced(upgrade_request(), "GET", "POST")) ==
        "HTTP/1.1 405 Method Not Allowed");
  CHECK(status_line(*server, replaced(upgrade_request(), "Version: 13", "Version: 12")) ==
        "HTTP/1.1 426 Upgrade Required");
  CHECK(status_line(*server, replaced(upgrade_request(), "HTTP/1.1", "HTTP/1.0")) ==
        "HTTP/1.1 400 Bad Request");
  CHECK(status_line(*server, replaced(upgrade_request(), "ub25jZQ==", "")) ==
        "HTTP/1.1 400 Bad Request");
}

TEST_CASE("HTTP/2 in plaintext is never agreed to") {
  const auto server = start_echo();
  const std::string line = status_line(
      *server,
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
  CHECK(line == "HTTP/1.1 426 Upgrade Required");
  CHECK(status_line(*server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").find("101") == std::string::npos);
}

TEST_CASE("an unknown upgrade is refused and the connection ends") {
  const auto server = start_echo();
  CHECK_THAT(status_line(*server, replaced(upgrade_request(), "websocket", "irc/6.9")),
             Catch::Contains("403"));
  // Pipelined behind a keep-alive, which once led to a use after free (CVE-2025-11677).
  RawClient client(server->port());
  CHECK_THAT(
      client.request(replaced(upgrade_request("Connection: keep-alive\r\n"), "websocket", "foo") +
                     upgrade_request()),
      Catch::Contains("403"));
  CHECK(client.wait_for_end());
}

TEST_CASE("CONNECT does not become a raw tunnel") {
  const auto server = start_echo();
  RawClient client(server->port());
  CHECK(client.request("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n").empty());
  CHECK(client.wait_for_end());
}

TEST_CASE("headers of 15 KiB are taken and more than 16 KiB end cleanly") {
  const auto server = start_echo();
  RawClient client(server->port());
  CHECK(client.upgrade("Cookie: " + std::string(15'000, 'x') + "\r\n"));
  client.send_frame(kText, "hello");
  CHECK(read_text(client) == "hello");

  RawClient greedy(server->port());
  CHECK_FALSE(greedy.upgrade("Cookie: " + std::string(17'000, 'x') + "\r\n"));
  CHECK(greedy.wait_for_end());
  RawClient other(server->port());
  CHECK(other.upgrade());
}

TEST_CASE("foreign origins are refused and allowed ones are not") {
  const auto server = start_echo({.allowed_origins = {"https://good.example"}});
  const auto line = [&](const char* origin) {
    return status_line(*server, upgrade_request(fmt::format("Origin: {}\r\n", origin)));
  };
  for (const char* foreign :
       {"http://evil.example", "null", "http://localhost.evil.example", "http://localhost:1",
        "HTTP://LOCALHOST", "http://localhost@evil.example"}) {
    INFO(foreign);
    CHECK(line(foreign) == "HTTP/1.1 403 Forbidden");
  }
  RawClient own(server->port());
  CHECK(own.upgrade("Origin: http://localhost\r\n"));
  RawClient good(server->port());
  CHECK(good.upgrade("Origin: https://good.example\r\n"));
  CHECK(server->stats().refused == 6);
}

TEST_CASE("the first offered subprotocol is agreed to") {
  const auto server = start_echo();
  RawClient client(server->port());
  CHECK_THAT(client.request(upgrade_request("Sec-WebSocket-Protocol: chat, superchat\r\n")),
             Catch::Contains("\r\nSec-WebSocket-Protocol: chat\r\n"));
  RawClient plain(server->port());
  CHECK_THAT(plain.request(upgrade_request()), !Catch::Contains("Sec-WebSocket-Protocol"));
}

TEST_CASE("a server with subprotocols of its own agrees to those only and connects all the same") {
  const auto server = start_echo({.subprotocols = {"mqtt", "wamp"}});
  RawClient known(server->port());
  CHECK_THAT(known.request(upgrade_request("Sec-WebSocket-Protocol: chat, wamp\r\n")),
             Catch::Contains("\r\nSec-WebSocket-Protocol: wamp\r\n"));
  RawClient unknown(server->port());
  const std::string head = unknown.request(upgrade_request("Sec-WebSocket-Protocol: chat\r\n"));
  CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 101 "));
  CHECK_THAT(head, !Catch::Contains("Sec-WebSocket-Protocol"));
  unknown.send_frame(kText, "hello");
  CHECK(read_text(unknown) == "hello");
}

TEST_CASE("above the limit of connections an upgrade gets 503 until one closes") {
  const auto server = start_echo({.max_connections = 2});
  RawClient first(server->port());
  REQUIRE(first.upgrade());
  {
    RawClient second(server->port());
    REQUIRE(second.upgrade());
    CHECK(status_line(*server, upgrade_request()) == "HTTP/1.1 503 Service Unavailable");
    second.send_frame(kClose, "\x03\xe8");
    REQUIRE(second.wait_for_end());
  }
  RawClient third(server->port());
  CHECK(third.upgrade());
}
