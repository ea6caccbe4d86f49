// SPDX-License-Identifier: MIT
#include "wire/handshake.h"

#include <set>
#include <string>
#include <vector>

#include "core/base64.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::wire;

namespace {

// The key of RFC 6455 section 1.3.
constexpr std::string_view kHandshakeKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

UpgradeOptions options_for(std::string_view url) {
  UpgradeOptions options;
  options.uri = parse_uri(url).value();
  return options;
}

std::string refusal(UpgradeOptions options, ErrorCode code = ErrorCode::usage) {
  const auto request = UpgradeRequest::make(std::move(options));
  REQUIRE_FALSE(request.has_value());
  CHECK(request.error().code == code);
  return request.error().message;
}

}  // namespace

TEST_CASE("the accept key is the one of the example in RFC 6455") {
  CHECK(accept_for(kHandshakeKey) == kAccept);
}

TEST_CASE("every key is fresh and 16 bytes long") {
  std::set<std::string> keys;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = fresh_key();
    REQUIRE(base64_decode(key).has_value());
    CHECK(base64_decode(key)->size() == 16);
    keys.insert(key);
  }
  CHECK(keys.size() == 1000);
}

TEST_CASE("the plainest request has just what the handshake needs") {
  const auto request = UpgradeRequest::make(options_for("ws://example.com:9001/chat?x=1"));
  REQUIRE(request.has_value());
  CHECK(request->bytes(kHandshakeKey) ==
        "GET /chat?x=1 HTTP/1.1\r\n"
        "Host: example.com:9001\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "User-Agent: wskit\r\n"
        "\r\n");
}

TEST_CASE("a request carries origin and subprotocols and extensions and credentials and headers") {
  UpgradeOptions options = options_for("wss://me:pass%21@[::1]/");
  options.origin = "https://example.com";
  options.user_agent = "";
  options.subprotocols = {"chat.v2", "chat"};
  options.deflate = {DeflateOffer{.server_no_context_takeover = true, .server_max_window_bits = 9},
                     DeflateOffer{.allow_client_max_window_bits = false}};
  options.headers = {{"Cookie", "a=1"}, {"X-One", ""}, {"x-one", "2"}};
  const auto request = UpgradeRequest::make(options);
  REQUIRE(request.has_value());
  CHECK(request->bytes(kHandshakeKey) ==
        "GET / HTTP/1.1\r\n"
        "Host: [::1]\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "Origin: https://example.com\r\n"
        "Sec-WebSocket-Protocol: chat.v2, chat\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
        "server_max_window_bits=9; client_max_window_bits, permessage-deflate\r\n"
        "Authorization: Basic bWU6cGFzcyE=\r\n"
        "Cookie: a=1\r\n"
        "X-One: \r\n"
        "x-one: 2\r\n"
        "\r\n");
}

TEST_CASE("headers of the user replace ours in their place") {
  UpgradeOptions options = options_for("ws://me:pw@h/");
  options.origin = "http://ours";
  options.headers = {{"authorization", "Bearer t"},
                     {"host", "other:1"},
                     {"ORIGIN", "null"},
                     {"user-agent", "mine"}};
  CHECK(UpgradeRequest::make(options)->bytes(kHandshakeKey) ==
        "GET / HTTP/1.1\r\n"
        "host: other:1\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "ORIGIN: null\r\n"
        "user-agent: mine\r\n"
        "authorization: Bearer t\r\n"
        "\r\n");
}

TEST_CASE("a path of 70000 bytes and a header of 10000 go out whole") {
  const std::string path = "/" + std::string(69'999, 'p');
  UpgradeOptions options = options_for("ws://h" + path);
  options.headers = {{"X", std::string(10'000, 'x')}};
  const std::string bytes = UpgradeRequest::make(options)->bytes(kHandshakeKey);
  CHECK(bytes.starts_with("GET " + path + " HTTP/1.1\r\n"));
  CHECK(bytes.find("X: " + std::string(10'000, 'x') + "\r\n") != std::string::npos);
}

TEST_CASE("CR and LF and NUL are refused in every part of a request before a byte is sent") {
  for (const char byte : {'\r', '\n', '\0'}) {
    const std::string evil = std::string("a") + byte + "b";
    CAPTURE(static_cast<int>(byte));
    UpgradeOptions options = options_for("ws://h/");

    UpgradeOptions bad_name = options;
    bad_name.headers = {{evil, "x"}};
    CHECK_THAT(refusal(bad_name), Catch::Contains("not a header name"));
    for (const char* name : {"X", "Host", "Origin", "User-Agent", "Authorization"}) {
      UpgradeOptions bad_value = options;
      bad_value.headers = {{name, evil}};
      CHECK_THAT(refusal(bad_value), Catch::Contains("control character"));
    }
    UpgradeOptions bad_origin = options;
    bad_origin.origin = evil;
    CHECK_THAT(refusal(bad_origin), Catch::Contains("not an origin"));
    UpgradeOptions bad_agent = options;
    bad_agent.user_agent = evil;
    CHECK_THAT(refusal(bad_agent), Catch::Contains("not a user agent"));
    UpgradeOptions bad_subprotocol = options;
    bad_subprotocol.subprotocols = {evil};
    CHECK_THAT(refusal(bad_subprotocol), Catch::Contains("not a subprotocol"));
    UpgradeOptions bad_target = options;
    bad_target.uri.target = "/" + evil;
    CHECK_THAT(refusal(bad_target, ErrorCode::bad_url), Catch::Contains("percent-encoded"));
    UpgradeOptions bad_host = options;
    bad_host.uri.host = evil;
    CHECK_THAT(refusal(bad_host, ErrorCode::bad_url), Catch::Contains("percent-encoded"));
  }
}

TEST_CASE("headers that belong to the handshake are refused") {
  for (const char* name :
       {"Upgrade", "connection", "Sec-WebSocket-Key", "sec-websocket-version", "Content-Length",
        "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept", "Transfer-Encoding"}) {
    UpgradeOptions options = options_for("ws://h/");
    options.headers = {{name, "x"}};
    CHECK_THAT(refusal(options), Catch::Contains("belongs to the handshake"));
  }
  UpgradeOptions options = options_for("ws://h/");
  options.headers = {{"Sec-WebSocket-Protocol", "x"}};
  CHECK_THAT(refusal(options), Catch::Contains("subprotocols"));
}

TEST_CASE("an error about a header never shows its value") {
  UpgradeOptions options = options_for("ws://h/");
  options.headers = {{"Authorization", "Bearer secret\n"}};
  CHECK_THAT(refusal(options), !Catch::Contains("secret"));
}

TEST_CASE("subprotocols are tokens and unique") {
  for (const char* bad : {"", "a b", "a,b", "\xc3\xa4", "a/b"}) {
    UpgradeOptions options = options_for("ws://h/");
    options.subprotocols = {"ok", bad};
    CHECK_THAT(refusal(options), Catch::Contains("not a subprotocol"));
  }
  UpgradeOptions options = options_for("ws://h/");
  options.subprotocols = {"a", "A", "a"};
  CHECK_THAT(refusal(options), Catch::Contains("'a' is given twice"));
}

TEST_CASE("a header that may stand once is refused twice") {
  for (const char* name : {"Host", "Origin", "User-Agent", "Authorization"}) {
    UpgradeOptions options = options_for("ws://h/");
    options.headers = {{name, "x"}, {name, "y"}};
    CHECK_THAT(refusal(options), Catch::Contains("given twice"));
  }
  UpgradeOptions options = options_for("ws://h/");
  options.headers = {{"Host", ""}};
  CHECK_THAT(refusal(options), Catch::Contains("empty"));
}

TEST_CASE("a header of ours can be left out, but none of the handshake's own") {
  UpgradeOptions options = options_for("ws://me:secret@h/");
  options.origin = "https://h";
  options.removed = {"user-agent", "Host", "Origin", "Authorization", "X-Other"};
  CHECK(UpgradeRequest::make(options)->bytes(kHandshakeKey) ==
        "GET / HTTP/1.1\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "\r\n");
  options.removed = {"Upgrade"};
  CHECK_THAT(refusal(options), Catch::Contains("belongs to the handshake"));
  options.removed = {"a b"};
  CHECK_THAT(refusal(options), Catch::Contains("not a header name"));
}

TEST_CASE("window bits outside 8 to 15 are not offered") {
  for (const int bits : {7, 16, 0, -1}) {
    UpgradeOptions options = options_for("ws://h/");
    options.deflate = {DeflateOffer{.server_max_window_bits = bits}};
    CHECK_THAT(refusal(options), Catch::Contains("8 to 15"));
    options.deflate = {DeflateOffer{.client_max_window_bits = bits}};
    CHECK_THAT(refusal(options), Catch::Contains("8 to 15"));
  }
}
