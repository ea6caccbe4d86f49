// SPDX-License-Identifier: MIT
#include "wire/server_handshake.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "wire/handshake.h"

using namespace wskit;
using namespace wskit::wire;

namespace {

constexpr std::string_view kClientKey = "dGhlIHNhbXBsZSBub25jZQ==";

/// The opening request of RFC 6455 section 1.2 with some of its lines replaced: "Name: value" or
/// "Name" to leave it out.
HttpRequest request_with(const std::vector<std::string>& changes,
                         const std::string& start_line = "GET /chat HTTP/1.1") {
  std::vector<std::string> lines{
      "Host: server.example.com", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
      "Sec-WebSocket-Key: " + std::string(kClientKey), "Sec-WebSocket-Version: 13"};
  for (const std::string& change : changes) {
    const std::string name = change.substr(0, change.find(':'));
    std::erase_if(lines, [&](const std::string& line) { return line.starts_with(name + ":"); });
  }
  for (const std::string& change : changes) {
    if (change.find(':') != std::string::npos) {
      lines.push_back(change);
    }
  }
  std::string head = start_line + "\r\n";
  for (const std::string& line : lines) {
    head += line + "\r\n";
  }
  HttpRequestParser parser;
  REQUIRE(parser.feed(head + "\r\n").has_value());
  REQUIRE(parser.complete());
  return parser.take();
}

struct Refused {
  std::vector<std::string> changes;
  int status;
  std::string hint;
};

}  // namespace

TEST_CASE("the opening request of RFC 6455 gets the answer of RFC 6455") {
  const UpgradeAnswer answer = answer_upgrade(request_with({}));
  CHECK(answer.status == 101);
  CHECK(answer.bytes ==
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        "\r\n");
  CHECK(answer.subprotocol.empty());
  CHECK_FALSE(answer.deflate.has_value());
}

TEST_CASE("requests that do not open a WebSocket are refused with the right status") {
  const std::vector<Refused> table{
      {{"Host"}, 400, "Host"},
      {{"Host: a", "Host: b"}, 400, "Host"},
      {{"Host:"}, 400, "Host"},
      {{"Upgrade"}, 426, "Upgrade"},
      {{"Upgrade: h2c"}, 426, "Upgrade"},
      {{"Connection"}, 426, "Upgrade"},
      {{"Connection: close"}, 426, "Upgrade"},
      {{"Sec-WebSocket-Version"}, 426, "13"},
      {{"Sec-WebSocket-Version: 8"}, 426, "13"},
      {{"Sec-WebSocket-Version: 12"}, 426, "13"},
      {{"Sec-WebSocket-Version: 013"}, 426, "13"},
      {{"Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"}, 426, "13"},
      {{"Sec-WebSocket-Key"}, 400, "16 bytes"},
      {{"Sec-WebSocket-Key:"}, 400, "16 bytes"},
      {{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ"}, 400, "16 bytes"},
      {{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"}, 400, "16 bytes"},
      {{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="}, 400, "16 bytes"},
      {{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j"}, 400, "16 bytes"},
      {{"Sec-WebSocket-Key: " + std::string(kClientKey),
        "Sec-WebSocket-Key: " + std::string(kClientKey)},
       400,
       "16 bytes"},
      {{"Sec-WebSocket-Protocol: a, a"}, 400, "Sec-WebSocket-Protocol"},
      {{"Sec-WebSocket-Protocol: a b"}, 400, "Sec-WebSocket-Protocol"},
      {{"Sec-WebSocket-Protocol:"}, 400, "Sec-WebSocket-Protocol"},
      {{"Sec-WebSocket-Extensions: a;"}, 400, "not a valid extension"},
      {{"Content-Length: 5"}, 400, "body"},
      {{"Transfer-Encoding: chunked"}, 400, "body"},
  };
  for (const Refused& refused : table) {
    CAPTURE(refused.changes);
    const UpgradeAnswer answer = answer_upgrade(request_with(refused.changes));
    CHECK(answer.status == refused.status);
    CHECK_THAT(answer.reason, Catch::Contains(refused.hint));
    CHECK(answer.bytes.starts_with("HTTP/1.1 " + std::to_string(refused.status) + " "));
    CHECK(answer.bytes.ends_with("\r\n\r\n" + answer.reason + "\n"));
  }
  CHECK(answer_upgrade(request_with({}, "POST / HTTP/1.1")).status == 405);
  CHECK(answer_upgrade(request_with({}, "get / HTTP/1.1")).status == 405);
  CHECK(answer_upgrade(request_with({}, "GET / HTTP/1.0")).status == 400);
  CHECK(answer_upgrade(request_with({}, "GET * HTTP/1.1")).status == 400);
  CHECK(answer_upgrade(request_with({}, "GET http://h/ HTTP/1.1")).status == 101);
}

TEST_CASE("refusals say what would be accepted") {
  CHECK_THAT(answer_upgrade(request_with({}, "POST / HTTP/1.1")).bytes,
             Catch::Contains("\r\nAllow: GET\r\n") && Catch::Contains("\r\nConnection: close\r\n"));
  CHECK_THAT(answer_upgrade(request_with({"Sec-WebSocket-Version: 8"})).bytes,
             Catch::Contains("\r\nSec-WebSocket-Version: 13\r\n") &&
                 Catch::Contains("\r\nConnection: Upgrade, close\r\n"));
}

TEST_CASE("a refusal is a whole HTTP answer") {
  const UpgradeAnswer answer =
      refuse_upgrade(401, "who are you?", {{"WWW-Authenticate", "Basic realm=\"x\""}});
  CHECK(answer.bytes ==
        "HTTP/1.1 401 Unauthorized\r\n"
        "WWW-Authenticate: Basic realm=\"x\"\r\n"
        "Connection: close\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 13\r\n"
        "\r\n"
        "who are you?\n");
  CHECK(refuse_upgrade({ErrorCode::upgrade_too_big, "big"}).status == 431);
  CHECK(refuse_upgrade({ErrorCode::upgrade_not_http, "bad"}).status == 400);
  CHECK(reason_phrase(799) == "Unknown");
}

TEST_CASE("the server's most preferred subprotocol among the offered is picked") {
  const UpgradePolicy policy{.subprotocols = {"v2", "v1"}};
  const auto pick = [&](const std::string& offers) {
    return answer_upgrade(request_with({"Sec-WebSocket-Protocol: " + offers}), policy);
  };
  CHECK(pick("v1, v2").subprotocol == "v2");
  CHECK_THAT(pick("v1, v2").bytes, Catch::Contains("\r\nSec-WebSocket-Protocol: v2\r\n"));
  CHECK(pick("x,v1").subprotocol == "v1");
  CHECK(pick("V1").subprotocol.empty());
  CHECK(pick("V1").status == 101);
  CHECK_THAT(pick("V1").bytes, !Catch::Contains("Protocol:"));
}

TEST_CASE("compression is agreed on only where the policy allows it") {
  const HttpRequest request =
      request_with({"Sec-WebSocket-Extensions: x, permessage-deflate; client_max_window_bits"});
  CHECK_FALSE(answer_upgrade(request).deflate.has_value());
  const UpgradePolicy policy{.deflate = DeflatePolicy{.client_max_window_bits = 10}};
  const UpgradeAnswer answer = answer_upgrade(request, policy);
  CHECK(answer.deflate == DeflateParameters{.client_max_window_bits = 10});
  CHECK_THAT(answer.bytes, Catch::Contains("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                                           "client_max_window_bits=10\r\n"));
}

TEST_CASE("the client accepts what the server answers to it") {
  UpgradeOptions options;
  options.uri = parse_uri("ws://me:pw@h:9001/chat?x=1").value();
  options.subprotocols = {"v1", "v3"};
  options.deflate = {{.server_max_window_bits = 9}, {}};
  options.headers = {{"Cookie", "a=1"}};
  const auto upgrade = UpgradeRequest::make(options).value();
  const std::string key = fresh_key();

  HttpRequestParser parser;
  const std::string sent = upgrade.bytes(key);
  REQUIRE(parser.feed(sent) == sent.size());
  REQUIRE(parser.complete());
  const UpgradePolicy policy{
      .subprotocols = {"v3"}, .deflate = DeflatePolicy{}, .headers = {{"Server", "wskit"}}};
  const UpgradeAnswer answer = answer_upgrade(parser.message(), policy);
  REQUIRE(answer.status == 101);

  ClientHandshake handshake(upgrade, key);
  CHECK(handshake.feed(answer.bytes) == answer.bytes.size());
  REQUIRE(handshake.progress() == ClientHandshake::Progress::accepted);
  CHECK(handshake.response().subprotocol == "v3");
  CHECK(handshake.response().deflate == answer.deflate);
  CHECK(handshake.response().head.headers.get("Server") == "wskit");
}
