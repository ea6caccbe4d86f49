// SPDX-License-Identifier: MIT
#include "wire/http.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::wire;

namespace {

template <class Message>
Expected<Message> parse(std::string_view text, std::size_t chunk_bytes,
                        const HttpRules& rules = {}) {
  HttpParser<Message> parser(rules);
  while (!text.empty() && !parser.complete()) {
    const auto consumed = parser.feed(text.substr(0, chunk_bytes));
    if (!consumed) {
      return std::unexpected(consumed.error());
    }
    text.remove_prefix(*consumed);
  }
  REQUIRE(parser.complete());
  return parser.take();
}

const std::string kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "CONNECTION:Upgrade \t\r\n"
    "Set-Cookie: a=1\r\n"
    "set-cookie: b=2\r\n"
    "X-Empty:\r\n"
    "\r\n";

struct Bad {
  std::string text;
  std::string hint;
};

}  // namespace

TEST_CASE("a response head is parsed whole and byte by byte and at every split point") {
  for (std::size_t chunk = 1; chunk <= kAnswer.size(); ++chunk) {
    const auto response = parse<HttpResponse>(kAnswer, chunk);
    REQUIRE(response.has_value());
    CHECK(response->status == 101);
    CHECK(response->minor_version == 1);
    CHECK(response->reason == "Switching Protocols");
    REQUIRE(response->headers.size() == 5);
    CHECK(response->headers.get("upgrade") == "websocket");
    CHECK(response->headers.get("Connection") == "Upgrade");
    CHECK(response->headers.get("x-empty") == "");
    CHECK(response->headers.count("SET-COOKIE") == 2);
    CHECK(response->headers.joined("Set-Cookie") == "a=1, b=2");
    CHECK_FALSE(response->headers.get("Host").has_value());
  }
}

TEST_CASE("what follows the head is left to the caller") {
  HttpResponseParser parser;
  CHECK(parser.feed(kAnswer + "\x81\x01x") == kAnswer.size());
  CHECK(parser.complete());
  CHECK(parser.head_bytes() == kAnswer.size());
}

TEST_CASE("status lines with and without a reason are taken") {
  CHECK(parse<HttpResponse>("HTTP/1.1 200 \r\n\r\n", 100)->reason == "");
  CHECK(parse<HttpResponse>("HTTP/1.1 200\r\n\r\n", 100)->status == 200);
  CHECK(parse<HttpResponse>("HTTP/1.0 599 \xc3\xa4\r\n\r\n", 100)->minor_version == 0);
}

TEST_CASE("a response that is not strict HTTP is refused in one piece and byte by byte") {
  const std::vector<Bad> table{
      {"SSH-2.0-OpenSSH_9.2\r\n", "begins with 'S"},
      {"220 smtp.example\r\n", "begins with '2"},
      {"<html>", "begins with '<"},
      {"HTTP/2 200\r\n\r\n", "begins with 'HTTP/2"},
      {"HTTP/1.2 200 OK\r\n\r\n", "not a status line"},
      {"HTTP/1.1  200 OK\r\n\r\n", "not a status line"},
      {"HTTP/1.1 20 OK\r\n\r\n", "not a status line"},
      {"HTTP/1.1 2000 OK\r\n\r\n", "not a status line"},
      {"HTTP/1.1 +20 OK\r\n\r\n", "not a status line"},
      {"HTTP/1.1 099 OK\r\n\r\n", "99 is not an HTTP status"},
      {"HTTP/1.1 600 OK\r\n\r\n", "600 is not an HTTP status"},
      {"HTTP/1.1 200 O\x1b[K\r\n\r\n", "control character"},
      {"HTTP/1.1 200 O\rK\r\n\r\n", "control character"},
      {"\r\nHTTP/1.1 200 OK\r\n\r\n", ""},
      {"HTTP/1.1 200 OK\n\n", "LF without CR"},
      {"HTTP/1.1 200 OK\r\nA: b\n\r\n", "LF without CR"},
      {"HTTP/1.1 200 OK\r\n: b\r\n\r\n", "': b' is not a header line"},
      {"HTTP/1.1 200 OK\r\nA\r\n\r\n", "is not a header line"},
      {"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "is not a header line"},
      {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "is not a header line"},
      {"HTTP/1.1 200 OK\r\nA: b\r\n\tc: d\r\n\r\n", "is not a header line"},
      {"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "is not a header line"},
      {"HTTP/1.1 200 OK\r\nA\xc3\xa4: b\r\n\r\n", "is not a header line"},
      {std::string("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 27), "A: b\\x00c"},
      {"\x15\x03\x01\x00\x02\x02\x46", "use wss://"},
      {"\x16\x03\x03", "use wss://"},
      {"\x15\x04", "not HTTP"},
  };
  for (const Bad& bad : table) {
    for (const std::size_t chunk : {std::size_t{1}, bad.text.size()}) {
      CAPTURE(bad.text, chunk);
      const auto response = parse<HttpResponse>(bad.text, chunk);
      REQUIRE_FALSE(response.has_value());
      CHECK(response.error().code == ErrorCode::upgrade_not_http);
      CHECK_THAT(response.error().message, Catch::Contains(bad.hint));
    }
  }
}

TEST_CASE("an answer that is not HTTP is refused at its first wrong byte") {
  HttpResponseParser parser;
  CHECK(parser.feed("HTT").has_value());
  CHECK_FALSE(parser.feed("X").has_value());
}

TEST_CASE("a bare LF ends a line only where the rules say so") {
  const HttpRules rules{.allow_bare_lf = true};
  const auto response = parse<HttpResponse>("HTTP/1.1 200 OK\nA: b\r\nC: d\n\n", 1, rules);
  REQUIRE(response.has_value());
  CHECK(response->headers.get("A") == "b");
  CHECK(response->headers.get("C") == "d");
}

TEST_CASE("a head is held to its limit of bytes and no more is kept") {
  const std::string start = "HTTP/1.1 200 OK\r\n";
  const HttpRules rules{.max_head_bytes = start.size() + 2};
  CHECK(parse<HttpResponse>(start + "\r\n", 1, rules).has_value());
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{1000}}) {
    const auto response = parse<HttpResponse>(start + "A: b\r\n\r\n", chunk, rules);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == ErrorCode::upgrade_too_big);
  }
  const auto endless = parse<HttpResponse>(start + "A: " + std::string(70'000, 'a'), 4096);
  REQUIRE_FALSE(endless.has_value());
  CHECK(endless.error().code == ErrorCode::upgrade_too_big);
}

TEST_CASE("a long line that is not HTTP is refused for that and not for its length") {
  const std::string line = "HTTP!" + std::string(1000, 'a') + "\r\n";
  const HttpRules rules{.max_head_bytes = 100};
  for (const std::size_t chunk : {std::size_t{1}, line.size()}) {
    CHECK(parse<HttpResponse>(line, chunk, rules).error().code == ErrorCode::upgrade_not_http);
  }
}

TEST_CASE("a head has at most 128 headers by default") {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 128; ++i) {
    head += "a:\r\n";
  }
  CHECK(parse<HttpResponse>(head + "\r\n", 4096)->headers.size() == 128);
  const auto response = parse<HttpResponse>(head + "a:\r\n\r\n", 4096);
  REQUIRE_FALSE(response.has_value());
  CHECK(response.error().code == ErrorCode::upgrade_too_big);
}

TEST_CASE("a request head is parsed and one empty line before it is forgiven") {
  for (const char* text : {"GET /chat?x=%20 HTTP/1.1\r\nHost: h\r\n\r\n",
                           "\r\nGET /chat?x=%20 HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{1000}}) {
      const auto request = parse<HttpRequest>(text, chunk);
      REQUIRE(request.has_value());
      CHECK(request->method == "GET");
      CHECK(request->target == "/chat?x=%20");
      CHECK(request->minor_version == 1);
      CHECK(request->headers.get("HOST") == "h");
    }
  }
}

TEST_CASE("a request that is not strict HTTP is refused in one piece and byte by byte") {
  const std::vector<std::string> table{"GET  / HTTP/1.1\r\n\r\n",
                                       "GET / HTTP/1.1 \r\n\r\n",
                                       "GET /\r\n\r\n",
                                       "GET / HTTP/2.0\r\n\r\n",
                                       "GET /\x7f HTTP/1.1\r\n\r\n",
                                       "GET /\xc3\xa4 HTTP/1.1\r\n\r\n",
                                       "G\xc3\xa4T / HTTP/1.1\r\n\r\n",
                                       " GET / HTTP/1.1\r\n\r\n",
                                       "\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                                       "\x16\x03\x01\x02",
                                       "GET / HTTP/1.1\n\n",
                                       "GET\t/ HTTP/1.1\r\n\r\n",
                                       std::string(40, 'A'),
                                       "HTTP/1.1\r\n\r\n",
                                       "GET HTTP/1.1\r\n\r\n"};
  for (const std::string& text : table) {
    for (const std::size_t chunk : {std::size_t{1}, text.size()}) {
      CAPTURE(text, chunk);
      const auto request = parse<HttpRequest>(text, chunk);
      REQUIRE_FALSE(request.has_value());
      CHECK(request.error().code == ErrorCode::upgrade_not_http);
    }
  }
}

TEST_CASE("tokens are one or more of the characters RFC 9110 lists") {
  for (const char* text : {"a", "Sec-WebSocket-Key", "graphql-transport-ws", "!#$%&'*+-.^_`|~09"}) {
    CHECK(is_token(text));
  }
  for (const char* text : {"", " ", "a b", "a,b", "a:", "a\r", "a\n", "\xc3\xa4", "a/b", "\"a\"",
                           "(", "a;b", "\x7f"}) {
    INFO(text);
    CHECK_FALSE(is_token(text));
  }
  CHECK_FALSE(is_token(std::string_view("a\0b", 3)));
}

TEST_CASE("field values have no control characters and no white space at their ends") {
  for (const char* text : {"", "a", "a b\tc", "\xc3\xa4", "\"a, b\"; c"}) {
    CHECK(is_field_value(text));
  }
  for (const char* text : {" a", "a ", "\t", "a\rb", "a\nb", "a\x1b", "a\x7f"}) {
    INFO(text);
    CHECK_FALSE(is_field_value(text));
  }
  CHECK_FALSE(is_field_value(std::string_view("a\0b", 3)));
}

TEST_CASE("list members are found across lines and in any case") {
  Headers headers;
  headers.add("Connection", "keep-alive , ,UPGRADE");
  headers.add("connection", "x");
  CHECK(headers.has_token("CONNECTION", "upgrade"));
  CHECK(headers.has_token("Connection", "X"));
  CHECK_FALSE(headers.has_token("Connection", "keep"));
  CHECK(split_list(R"( a;b="c,d\",e" , f,)") ==
        std::vector<std::string_view>{R"(a;b="c,d\",e")", "f"});
  CHECK(split_list("").empty());
}
