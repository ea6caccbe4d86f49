// SPDX-License-Identifier: MIT
#include "core/json.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;

namespace {

std::string nested_arrays(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("objects keep the order of their members") {
  const auto json = parse_json(R"({"z":1,"a":2})");
  REQUIRE(json.has_value());
  CHECK(dump_json(*json) == R"({"z":1,"a":2})");
}

TEST_CASE("JSON nested up to the limit parses and deeper is refused") {
  CHECK(parse_json(nested_arrays(kMaxJsonDepth)).has_value());
  for (const std::size_t depth :
       {kMaxJsonDepth + 1, std::size_t{100'000}, std::size_t{1'000'000}}) {
    const auto json = parse_json(nested_arrays(depth));
    REQUIRE_FALSE(json.has_value());
    CHECK_THAT(json.error().message, Catch::Contains("256"));
  }
}

TEST_CASE("brackets within strings do not nest") {
  const std::string brackets(kMaxJsonDepth + 1, '[');
  CHECK(parse_json("[\"\\\"" + brackets + "\"]").has_value());
  CHECK_FALSE(parse_json("[\"\\\\\"," + brackets + std::string(brackets.size(), ']') + "]"));
}

TEST_CASE("an array of a million objects parses within the deadline of this test") {
  constexpr std::size_t kObjects = 1'000'000;
  std::string text = "[";
  for (std::size_t i = 0; i < kObjects; ++i) {
    text += R"({"id":0},)";
  }
  text.back() = ']';
  const auto json = parse_json(text);
  REQUIRE(json.has_value());
  CHECK(json->size() == kObjects);
}

TEST_CASE("broken JSON is refused with its position") {
  const auto json = parse_json("{\"a\":");
  REQUIRE_FALSE(json.has_value());
  CHECK(json.error().code == ErrorCode::usage);
  CHECK_THAT(json.error().message, Catch::Contains("column 6"));
}

TEST_CASE("a string that is not UTF-8 is written with replacement characters") {
  Json json = Json::object();
  json["text"] = "a\xff";
  CHECK(dump_json(json) == "{\"text\":\"a\xef\xbf\xbd\"}");
}
