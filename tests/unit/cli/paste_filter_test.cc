// SPDX-License-Identifier: MIT
#include "cli/paste_filter.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit::cli;

namespace {

/// Keys as text in one string, a paste as "<text>".
std::string keys(PasteFilter& filter) {
  std::string out;
  while (!filter.empty()) {
    const Key key = filter.next();
    if (const auto* point = std::get_if<wchar_t>(&key)) {
      out += *point < 0x80 ? std::string(1, static_cast<char>(*point))
                           : "U+" + std::to_string(static_cast<unsigned>(*point));
    } else {
      out += "<" + std::get<Paste>(key).text + ">";
    }
  }
  return out;
}

std::string keys_of(std::string_view input, std::size_t step) {
  PasteFilter filter;
  std::string out;
  for (std::size_t at = 0; at < input.size(); at += step) {
    filter.feed(input.substr(at, step));
    out += keys(filter);
  }
  return out;
}

}  // namespace

TEST_CASE("keys pass as code points and a paste as one thing, wherever the reads were cut") {
  const std::string input =
      "a\u00e9\U0001f600\x1b[A\x1b[200~one\rtwo\r\n\x1b[201\x1b[201~b\x1b[200~\x1b[201~c";
  for (std::size_t step = 1; step <= input.size(); ++step) {
    INFO(step);
    CHECK(keys_of(input, step) == "aU+233U+128512\x1b[A<one\ntwo\n\x1b[201>b<>c");
  }
}

TEST_CASE("bytes that are not UTF-8 are left out") {
  CHECK(keys_of("a\xff"
                "b\xc3"
                "c\x80"
                "d",
                3) == "abcd");
}

TEST_CASE("an escape key is given when the next key shows that it is one") {
  PasteFilter filter;
  filter.feed("\x1b");
  CHECK(filter.empty());
  filter.feed("x");
  CHECK(keys(filter) == "\x1bx");
}

TEST_CASE("what is put back comes first") {
  PasteFilter filter;
  filter.feed("later");
  filter.unread("first ");
  CHECK(keys(filter) == "first later");
}
