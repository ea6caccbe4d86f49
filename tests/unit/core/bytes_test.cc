// SPDX-License-Identifier: MIT
#include "core/bytes.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace std::string_view_literals;

TEST_CASE("foreign bytes are escaped so that a terminal does not act on them") {
  CHECK(escape("plain text") == "plain text");
  CHECK(escape("a\r\n\tb\\") == "a\\r\\n\\tb\\\\");
  CHECK(escape("\x1b[2J\0\x7f\xff"sv) == "\\x1b[2J\\x00\\x7f\\xff");
}

TEST_CASE("long foreign bytes are cut and say so") {
  CHECK(escape("abcd", 4) == "abcd");
  CHECK(escape("abcde", 4) == "abcd...");
}

TEST_CASE("text and bytes are two views of the same memory") {
  const std::string_view text = "ab";
  CHECK(as_text(as_bytes(text)).data() == text.data());
  CHECK(as_bytes(text).size() == 2);
}

TEST_CASE("only ASCII letters have a lower case") {
  CHECK(to_lower("Ws.EXAMPLE-1_Z") == "ws.example-1_z");
  CHECK(to_lower("\xc3\x84[@`{") == "\xc3\x84[@`{");
}
