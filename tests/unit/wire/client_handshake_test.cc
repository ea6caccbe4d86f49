// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "wire/handshake.h"

using namespace wskit;
using namespace wskit::wire;
using Progress = ClientHandshake::Progress;

namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string kAcceptLine = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
const std::string kStatusLine = "HTTP/1.1 101 Switching Protocols\r\n";
const std::string kUpgradeLines = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
const std::string kGoodHead = kStatusLine + kUpgradeLines + kAcceptLine;

UpgradeRequest request_with(std::vector<std::string> subprotocols,
                            std::vector<DeflateOffer> deflate, bool require_subprotocol = true) {
  UpgradeOptions options;
  options.uri = parse_uri("ws://h/").value();
  options.subprotocols = std::move(subprotocols);
  options.deflate = std::move(deflate);
  options.require_subprotocol = require_subprotocol;
  return UpgradeRequest::make(std::move(options)).value();
}

UpgradeRequest plain_request() {
  return request_with({}, {});
}

/// Feeds in chunks and checks that nothing beyond the answer is taken.
ClientHandshake answered(const UpgradeRequest& request, std::string_view answer,
                         std::size_t chunk_bytes = 100'000) {
  ClientHandshake handshake(request, kKey);
  while (!answer.empty() && handshake.progress() == Progress::more) {
    answer.remove_prefix(handshake.feed(answer.substr(0, chunk_bytes)));
  }
  return handshake;
}

Error refusal(const UpgradeRequest& request, const std::string& answer) {
  const ClientHandshake handshake = answered(request, answer);
  REQUIRE(handshake.progress() == Progress::refused);
  REQUIRE(handshake.error().has_value());
  return *handshake.error();
}

}  // namespace

TEST_CASE("a good answer is accepted at every split point and the frames after it are left") {
  const auto request = request_with({"b", "a"}, {DeflateOffer{}});
  const std::string answer = kGoodHead +
                             "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Extensions: "
                             "permessage-deflate; client_max_window_bits=\"10\"\r\n\r\n";
  for (std::size_t split = 0; split <= answer.size(); ++split) {
    ClientHandshake handshake(request, kKey);
    CHECK(handshake.feed(std::string_view(answer).substr(0, split)) == split);
    const std::string rest = answer.substr(split) + "\x81\x01x";
    if (split < answer.size()) {
      CHECK(handshake.progress() == Progress::more);
      CHECK(handshake.feed(rest) == answer.size() - split);
    }
    REQUIRE(handshake.progress() == Progress::accepted);
    CHECK(handshake.feed("more frames") == 0);
    CHECK_FALSE(handshake.error().has_value());
    CHECK(handshake.response().head.status == 101);
    CHECK(handshake.response().subprotocol == "a");
    CHECK(handshake.response().deflate == DeflateParameters{.client_max_window_bits = 10});
  }
  CHECK(answered(request, answer, 1).progress() == Progress::accepted);
}

TEST_CASE("names and tokens of the answer are compared in any case") {
  const auto request = plain_request();
  CHECK(answered(request,
                 "HTTP/1.1 101 \r\nUPGRADE: WebSocket\r\nconnection: keep-alive, upGRADE\r\n"
                 "SEC-WEBSOCKET-ACCEPT: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
            .progress() == Progress::accepted);
}

TEST_CASE("an answer that did not read our request is refused") {
  struct Bad {
    std::string answer;
    std::string hint;
  };
  const std::vector<Bad> table{
      {kStatusLine + "Connection: Upgrade\r\n" + kAcceptLine, "'Upgrade: '"},
      {kStatusLine + "Upgrade: h2c\r\nConnection: Upgrade\r\n" + kAcceptLine, "'Upgrade: h2c'"},
      {kStatusLine + "Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n" + kAcceptLine, "Upgrade"},
      {kStatusLine + kUpgradeLines + "Upgrade: websocket\r\n" + kAcceptLine, "Upgrade"},
      {kStatusLine + "Upgrade: websocket\r\n" + kAcceptLine, "'Connection: '"},
      {kStatusLine + "Upgrade: websocket\r\nConnection: close\r\n" + kAcceptLine,
       "'Connection: close'"},
      {kStatusLine + kUpgradeLines, "no Sec-WebSocket-Accept"},
      {kStatusLine + kUpgradeLines + "Sec-WebSocket-Accept:\r\n", "did not read"},
      {kStatusLine + kUpgradeLines + "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
       "did not read"},
      {kGoodHead + kAcceptLine, "did not read"},
      {"HTTP/1.0 101 Switching Protocols\r\n" + kUpgradeLines + kAcceptLine, "HTTP/1.0"},
  };
  const auto request = plain_request();
  for (const Bad& bad : table) {
    CAPTURE(bad.answer);
    const Error error = refusal(request, bad.answer + "\r\n");
    CHECK(error.code == ErrorCode::upgrade_bad_accept);
    CHECK_THAT(error.message, Catch::Contains(bad.hint));
  }
}

TEST_CASE("the subprotocol must be one that was offered") {
  const auto request = request_with({"b", "a"}, {});
  for (const char* line : {"Sec-WebSocket-Protocol: c\r\n", "Sec-WebSocket-Protocol: A\r\n",
                           "Sec-WebSocket-Protocol: a, b\r\n", "Sec-WebSocket-Protocol:\r\n",
                           "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a\r\n", ""}) {
    INFO(line);
    CHECK(refusal(request, kGoodHead + line + "\r\n").code == ErrorCode::upgrade_bad_subprotocol);
  }
  CHECK(refusal(plain_request(), kGoodHead + "Sec-WebSocket-Protocol: a\r\n\r\n").code ==
        ErrorCode::upgrade_bad_subprotocol);
  const auto lax = request_with({"a"}, {}, false);
  CHECK(answered(lax, kGoodHead + "\r\n").progress() == Progress::accepted);
}

TEST_CASE("extensions must be ones that were offered and each once") {
  const auto request = request_with({}, {DeflateOffer{}});
  for (const char* value :
       {"x", "permessage-deflate, x", "permessage-deflate, permessage-deflate",
        "permessage-deflate;", "Permessage-Deflate", "permessage-deflate; x",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=7", "permessage-deflate a"}) {
    INFO(value);
    const std::string line = std::string("Sec-WebSocket-Extensions: ") + value + "\r\n";
    CHECK(refusal(request, kGoodHead + line + "\r\n").code == ErrorCode::upgrade_bad_extension);
  }
  const std::string deflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  CHECK(refusal(request, kGoodHead + deflate + deflate + "\r\n").code ==
        ErrorCode::upgrade_bad_extension);
  CHECK(refusal(plain_request(), kGoodHead + deflate + "\r\n").code ==
        ErrorCode::upgrade_bad_extension);
  CHECK_FALSE(answered(request, kGoodHead + "\r\n").response().deflate.has_value());
}

TEST_CASE("a refusal gives status and headers and body at every split point") {
  const auto request = plain_request();
  const std::string answer =
      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 6\r\n\r\nno way";
  for (std::size_t chunk = 1; chunk <= answer.size(); ++chunk) {
    const ClientHandshake handshake = answered(request, answer, chunk);
    REQUIRE(handshake.progress() == Progress::refused);
    CHECK(handshake.error()->code == ErrorCode::upgrade_http_status);
    CHECK_THAT(handshake.error()->message, Catch::Contains("401 Unauthorized"));
    CHECK(handshake.response().head.headers.get("www-authenticate") == "Basic");
    CHECK(handshake.response().body == "no way");
    CHECK_FALSE(handshake.response().body_cut);
  }
}

TEST_CASE("the reason of a refusal stands before its body is complete") {
  const auto request = plain_request();
  ClientHandshake handshake = answered(request, "HTTP/1.1 503 Busy\r\n\r\nwait a ");
  CHECK(handshake.progress() == Progress::more);
  CHECK(handshake.error()->code == ErrorCode::upgrade_http_status);
  CHECK(handshake.response().body == "wait a ");
  handshake.end();
  CHECK(handshake.progress() == Progress::refused);
  CHECK_FALSE(handshake.response().body_cut);
}

TEST_CASE("the body of a refusal is cut at 4096 bytes and not waited for") {
  const auto request = plain_request();
  const ClientHandshake handshake =
      answered(request, "HTTP/1.1 404 Not Found\r\n\r\n" + std::string(100'000, 'x'), 1000);
  REQUIRE(handshake.progress() == Progress::refused);
  CHECK(handshake.response().body == std::string(4096, 'x'));
  CHECK(handshake.response().body_cut);
}

TEST_CASE("a refusal with a broken body is a refusal all the same") {
  const auto request = plain_request();
  for (const char* rest :
       {"Content-Length: x\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    CHECK(refusal(request, std::string("HTTP/1.1 500 Oops\r\n") + rest).code ==
          ErrorCode::upgrade_http_status);
  }
}

TEST_CASE("a redirect says where it points to") {
  CHECK_THAT(
      refusal(plain_request(),
              "HTTP/1.1 302 Found\r\nLocation: https://h/\x1b[x\r\nContent-Length: 0\r\n\r\n")
          .message,
      Catch::Contains("not a header line"));
  CHECK_THAT(refusal(plain_request(),
                     "HTTP/1.1 302 Found\r\nLocation: https://h/login\r\nContent-Length: 0\r\n\r\n")
                 .message,
             Catch::Contains("points to https://h/login"));
}

TEST_CASE("a TLS port is recognised by its alert and by what HTTP servers say") {
  const auto request = plain_request();
  const Error alert = refusal(request, "\x15\x03\x01\x00\x02\x02\x46");
  CHECK(alert.code == ErrorCode::upgrade_not_http);
  CHECK_THAT(alert.message, Catch::Contains("use wss://"));
  for (const std::string body :
       {"Client sent an HTTP request to an HTTPS server.\n",
        "The plain HTTP request was sent to HTTPS port",
        "Reason: You're speaking plain HTTP to an SSL-enabled server port."}) {
    CHECK_THAT(refusal(request, "HTTP/1.1 400 Bad Request\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n\r\n" + body)
                   .message,
               Catch::Contains("use wss://"));
  }
}

TEST_CASE("interim answers are skipped and share one limit") {
  const auto request = plain_request();
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  CHECK(answered(request, interim + interim + kGoodHead + "\r\n", 1).progress() ==
        Progress::accepted);
  std::string endless;
  while (endless.size() < 70'000) {
    endless += interim;
  }
  CHECK(refusal(request, endless).code == ErrorCode::upgrade_too_big);
}

TEST_CASE("a server that closes before its answer is complete is refused as closed") {
  const auto request = plain_request();
  for (const std::string& answer : {std::string(), kGoodHead}) {
    ClientHandshake handshake = answered(request, answer);
    handshake.end();
    REQUIRE(handshake.progress() == Progress::refused);
    CHECK(handshake.error()->code == ErrorCode::upgrade_closed);
    CHECK_THAT(handshake.error()->message,
               Catch::Contains(answer.empty() ? "without an answer" : "in the middle"));
  }
  ClientHandshake accepted = answered(request, kGoodHead + "\r\n");
  accepted.end();
  CHECK(accepted.progress() == Progress::accepted);
}
