// SPDX-License-Identifier: MIT
#include "report/json_text.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;

namespace {

std::string pretty(std::string_view json, const TextOptions& options = {}) {
  const auto parsed = parse_json(json);
  REQUIRE(parsed.has_value());
  return pretty_json(*parsed, options);
}

}  // namespace

TEST_CASE("short values stay in one line and long ones take several") {
  CHECK(pretty(R"({"a":1,"b":[true,null]})") == "{\n  \"a\": 1,\n  \"b\": [true, null]\n}");
  CHECK(pretty(R"({"a":1,"b":"x"})") == R"({"a": 1, "b": "x"})");
  CHECK(pretty("[]") == "[]");
  CHECK(pretty("{}") == "{}");
  CHECK(pretty("7") == "7");
  CHECK(pretty(R"(["aaaaaaaaaaaaaaaaaaaa","bbbbbbbbbbbbbbbbbbbbbbb"])") ==
        "[\n  \"aaaaaaaaaaaaaaaaaaaa\",\n  \"bbbbbbbbbbbbbbbbbbbbbbb\"\n]");
}

TEST_CASE("keys, strings and numbers have their colours where there are any") {
  CHECK(pretty(R"({"a":"x"})", {.colour = true}) == "{\x1b[1m\"a\"\x1b[0m: \x1b[32m\"x\"\x1b[0m}");
}

TEST_CASE("JSON is unfinished while brackets or strings are open") {
  CHECK(is_unfinished_json("{"));
  CHECK(is_unfinished_json(R"( {"a":)"));
  CHECK(is_unfinished_json(R"(["}]")"));
  CHECK(is_unfinished_json(R"({"a":"\"})"));
  CHECK_FALSE(is_unfinished_json("{}"));
  CHECK_FALSE(is_unfinished_json(R"({"a":"{"})"));
  CHECK_FALSE(is_unfinished_json("{}}"));
  CHECK_FALSE(is_unfinished_json("hello {"));
  CHECK_FALSE(is_unfinished_json(""));
}
