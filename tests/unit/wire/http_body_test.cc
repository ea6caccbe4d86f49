// SPDX-License-Identifier: MIT
#include "wire/http_body.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::wire;

namespace {

HttpResponse response_with(int status, const std::vector<Header>& headers) {
  HttpResponse response;
  response.status = status;
  for (const Header& header : headers) {
    response.headers.add(header.name, header.value);
  }
  return response;
}

struct Decoded {
  std::string body;
  std::string rest;
  bool complete = false;
  bool failed = false;
};

Decoded decode(const HttpResponse& response, std::string_view bytes, std::size_t chunk_bytes) {
  Decoded decoded;
  auto decoder = HttpBodyDecoder::for_response(response);
  REQUIRE(decoder.has_value());
  while (!bytes.empty() && !decoder->complete()) {
    const auto consumed = decoder->feed(bytes.substr(0, chunk_bytes), decoded.body);
    if (!consumed) {
      decoded.failed = true;
      return decoded;
    }
    bytes.remove_prefix(*consumed);
  }
  decoded.complete = decoder->complete();
  decoded.rest = bytes;
  return decoded;
}

}  // namespace

TEST_CASE("a counted body ends after its length at every split point") {
  const auto response = response_with(401, {{"Content-Length", "5"}});
  for (std::size_t chunk = 1; chunk <= 9; ++chunk) {
    const Decoded decoded = decode(response, "helloHTTP", chunk);
    CHECK(decoded.body == "hello");
    CHECK(decoded.rest == "HTTP");
    CHECK(decoded.complete);
  }
  CHECK(decode(response_with(200, {{"Content-Length", "0"}}), "", 1).complete);
}

TEST_CASE("a chunked body is put together at every split point") {
  const auto response =
      response_with(503, {{"Transfer-Encoding", "gzip, Chunked"}, {"Content-Length", "3"}});
  const std::string text =
      "5;ext=\"a\"\r\nhello\r\n0A \r\n, 12345678\r\n0\r\nTrailer: x\r\n\r\nrest";
  for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) {
    const Decoded decoded = decode(response, text, chunk);
    CHECK(decoded.body == "hello, 12345678");
    CHECK(decoded.rest == "rest");
    CHECK(decoded.complete);
  }
}

TEST_CASE("a broken chunked coding is refused") {
  const auto response = response_with(503, {{"Transfer-Encoding", "chunked"}});
  for (const std::string& text :
       {std::string("x\r\n"), std::string("\r\n"), std::string("-1\r\n"), std::string("0x5\r\n"),
        std::string("5\nhello"), std::string("5\r\nhello!\r\n"), std::string("5\r\nhello\n"),
        std::string("fffffffffffffffff\r\n"), std::string(5000, '0')}) {
    for (const std::size_t chunk : {std::size_t{1}, text.size()}) {
      CAPTURE(text, chunk);
      CHECK(decode(response, text, chunk).failed);
    }
  }
}

TEST_CASE("a body without a length lasts until the peer closes") {
  auto decoder = HttpBodyDecoder::for_response(response_with(200, {}));
  std::string body;
  CHECK(decoder->feed("abc", body) == 3);
  CHECK_FALSE(decoder->complete());
  CHECK(decoder->end().has_value());
  CHECK(decoder->complete());
  CHECK(body == "abc");
}

TEST_CASE("a body that is cut short is an error at the end") {
  for (const Header& header :
       {Header{"Content-Length", "5"}, Header{"Transfer-Encoding", "chunked"}}) {
    auto decoder = HttpBodyDecoder::for_response(response_with(200, {header}));
    std::string body;
    CHECK(decoder->feed("4", body).has_value());
    CHECK_FALSE(decoder->end().has_value());
  }
}

TEST_CASE("answers that never have a body are complete at once") {
  for (const int status : {101, 204, 304}) {
    CHECK(HttpBodyDecoder::for_response(response_with(status, {{"Content-Length", "5"}}))
              ->complete());
  }
}

TEST_CASE("a Content-Length that is no number or several is refused") {
  for (const char* value : {"", "x", "-1", "+1", "1 1", "1, 2", "0x1", "99999999999999999999"}) {
    INFO(value);
    CHECK_FALSE(
        HttpBodyDecoder::for_response(response_with(200, {{"Content-Length", value}})).has_value());
  }
  CHECK(
      HttpBodyDecoder::for_response(response_with(200, {{"Content-Length", "5, 5"}})).has_value());
}
