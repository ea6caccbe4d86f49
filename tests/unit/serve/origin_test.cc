// SPDX-License-Identifier: MIT
#include <string>

#include "serve/origin.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::serve;

namespace {

std::string advice_on(std::string_view text) {
  const auto origin = check_allowed_origin(text);
  return origin ? "none" : origin.error().message;
}

}  // namespace

TEST_CASE("an allowed origin is scheme, host and port, null, or a star for all") {
  for (const std::string good :
       {"*", "null", "http://localhost", "https://example.com:8443", "http://127.0.0.1:9001",
        "http://[::1]:3000", "chrome-extension://abcdefgh"}) {
    INFO(good);
    CHECK(check_allowed_origin(good));
  }
}

TEST_CASE("what is no origin is refused with an example of one") {
  for (const std::string bad :
       {"", "foo", "example.com", "localhost:3000", "http://", "://host", "https://*.example.com",
        "https://user@example.com", "https://example.com:port", "ht tp://host", "http://a b"}) {
    INFO(bad);
    CHECK(advice_on(bad).find("write one like https://example.com:8443") != std::string::npos);
  }
}

TEST_CASE("an origin that no browser sends in this way is refused with the way it sends it") {
  CHECK(advice_on("https://Example.com").ends_with("write 'https://example.com'"));
  CHECK(advice_on("https://example.com/").ends_with("write 'https://example.com'"));
  CHECK(advice_on("https://example.com/path?query").ends_with("write 'https://example.com'"));
  CHECK(advice_on("https://example.com:443").ends_with("write 'https://example.com'"));
  CHECK(advice_on("http://example.com:80").ends_with("write 'http://example.com'"));
  CHECK(advice_on("http://example.com:443") == "none");
}
