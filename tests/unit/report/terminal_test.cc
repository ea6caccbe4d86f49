// SPDX-License-Identifier: MIT
#include "report/terminal.h"

#include "tests/support/catch.h"

using namespace wskit::report;

TEST_CASE("colour is only written where it is wanted") {
  const TextOptions colour{.colour = true};
  CHECK(paint("x", Style::red, colour) == "\x1b[31mx\x1b[0m");
  CHECK(paint("x", Style::plain, colour) == "x");
  CHECK(paint("", Style::red, colour).empty());
  CHECK(paint("x", Style::red, {}) == "x");
}

TEST_CASE("padding counts columns and not bytes") {
  CHECK(columns_of("12.3 µs") == 7);
  CHECK(columns_of("\x1b[31m≥1\x1b[0m") == 2);
  CHECK(columns_of("\x1b[31") == 0);
  CHECK(pad_left("µs", 4) == "  µs");
  CHECK(pad_right("µs", 4) == "µs  ");
  CHECK(pad_left("12345", 4) == "12345");
}

TEST_CASE("bytes that would steer a terminal are shown and not sent") {
  CHECK(printable("plain ünïcode €") == "plain ünïcode €");
  CHECK(printable("\x1b]0;title\x07") == "\\x1b]0;title\\x07");
  CHECK(printable("a\r\nb\tc") == "a\\x0d\\x0ab\\x09c");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");
  CHECK(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("bytes that are not UTF-8 are shown as numbers") {
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("\xc3") == "\\xc3");
  CHECK(printable("\xc3(") == "\\xc3(");
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");
  CHECK(printable("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("text is broken at spaces and indented") {
  CHECK(wrap("one two three", 80, 2) == "one two three");
  CHECK(wrap("one two three", 9, 2) == "one two\n  three");
  CHECK(wrap("one two three", 3, 2) == "one\n  two\n  three");
  CHECK(wrap("", 10, 2).empty());
}
