// SPDX-License-Identifier: MIT
#include "core/base64.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;

TEST_CASE("the test vectors of RFC 4648 encode and decode") {
  const std::vector<std::pair<std::string, std::string>> vectors{
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    INFO(text);
    CHECK(base64_encode(bytes) == text);
    CHECK(base64_decode(text) == bytes);
    const std::string unpadded = text.substr(0, text.find('='));
    CHECK(base64url_encode(bytes) == unpadded);
    CHECK(base64url_decode(unpadded) == bytes);
  }
}

TEST_CASE("every byte survives base64 at every length modulo three") {
  std::string bytes;
  for (int value = 0; value < 256; ++value) {
    bytes += static_cast<char>(value);
    CHECK(base64_decode(base64_encode(bytes)) == bytes);
    CHECK(base64url_decode(base64url_encode(bytes)) == bytes);
  }
}

TEST_CASE("the two alphabets differ in the last two characters only") {
  CHECK(base64_encode("\xfb\xff\xfe") == "+//+");
  CHECK(base64url_encode("\xfb\xff\xfe") == "-__-");
  CHECK_FALSE(base64_decode("-__-").has_value());
  CHECK_FALSE(base64url_decode("+//+").has_value());
}

TEST_CASE("base64 that is not in its one canonical form is refused") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zg==Zg==", "Zm9v\n",
                           " Zm9", "Zh==", "Zm9=", "Zm=v", "Zm9v=", "Zm\xc3\xa4"}) {
    INFO(text);
    CHECK_FALSE(base64_decode(text).has_value());
  }
  for (const char* text : {"Z", "Zg==", "Zh", "Zm9", "Zm9vZ"}) {
    INFO(text);
    CHECK_FALSE(base64url_decode(text).has_value());
  }
}
