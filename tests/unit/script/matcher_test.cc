// SPDX-License-Identifier: MIT
#include "script/matcher.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

bool matches(std::string_view matcher, std::string_view payload) {
  const auto parsed = Matcher::parse(matcher);
  INFO(matcher);
  REQUIRE(parsed.has_value());
  const auto result = parsed->matches(payload);
  REQUIRE(result.has_value());
  return *result;
}

std::string matcher_complaint(std::string_view text) {
  const auto parsed = parse_wait(text);
  INFO(text);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().code == ErrorCode::usage);
  return parsed.error().message;
}

}  // namespace

TEST_CASE("text matches what is equal") {
  CHECK(matches("text:pong", "pong"));
  CHECK_FALSE(matches("text:pong", "pong "));
  CHECK(matches("text:", ""));
  CHECK(matches("text:a:b", "a:b"));
}

TEST_CASE("a regular expression is searched for") {
  CHECK(matches("re:^ok \\d+$", "ok 17"));
  CHECK_FALSE(matches("re:^ok \\d+$", "ok"));
}

TEST_CASE("JSON matches a message that holds it") {
  CHECK(matches(R"(json:{"type":"welcome"})", R"({"sid":"x","type":"welcome"})"));
  CHECK(matches(R"(json:{"a":{"b":1}})", R"({"a":{"b":1.0,"c":2}})"));
  CHECK(matches(R"(json:{"list":[{"id":1},2]})", R"({"list":[{"id":1,"x":0},2]})"));
  CHECK_FALSE(matches(R"(json:{"list":[1]})", R"({"list":[1,2]})"));
  CHECK_FALSE(matches(R"(json:{"type":"welcome"})", R"({"type":"Welcome"})"));
  CHECK_FALSE(matches(R"(json:{"a":null})", R"({})"));
  CHECK_FALSE(matches("json:{}", "not JSON"));
  CHECK(matches("json:{}", "{\"any\":1}"));
}

TEST_CASE("a pointer asks for a member, or for its value") {
  CHECK(matches("ptr:/id", R"({"id":null})"));
  CHECK_FALSE(matches("ptr:/id", R"({"ID":1})"));
  CHECK(matches("ptr:/id=7", R"({"id":7})"));
  CHECK(matches("ptr:/id=7", R"({"id":"7"})"));
  CHECK(matches("ptr:/users/0/name=ann", R"({"users":[{"name":"ann"}]})"));
  CHECK(matches(R"(ptr:/name="ann")", R"({"name":"ann"})"));
  CHECK(matches("ptr:/ok=true", R"({"ok":true})"));
  CHECK_FALSE(matches("ptr:/ok=true", R"({"ok":false})"));
  CHECK_FALSE(matches("ptr:/a/b", R"({"a":1})"));
}

TEST_CASE("what is waited for is a number, a time or a match") {
  CHECK(std::get<std::uint64_t>(*parse_wait("3")) == 3);
  CHECK(std::get<Nanoseconds>(*parse_wait("2.5s")) == std::chrono::milliseconds(2500));
  CHECK(std::get<Matcher>(*parse_wait("re:x")).text() == "re:x");
}

TEST_CASE("what cannot be waited for says what could") {
  CHECK_THAT(matcher_complaint("0"), Catch::Contains("0"));
  CHECK_THAT(matcher_complaint("5x"), Catch::Contains("5x"));
  CHECK_THAT(matcher_complaint("hello"), Catch::Contains("text:"));
  CHECK_THAT(matcher_complaint("jsn:{}"), Catch::Contains("text:"));
  CHECK_THAT(matcher_complaint("json:{"), Catch::Contains("not JSON"));
  CHECK_THAT(matcher_complaint("ptr:id"), Catch::Contains("pointer"));
  CHECK_THAT(matcher_complaint("re:("), Catch::Contains("offset"));
}
