// SPDX-License-Identifier: MIT
#include "script/regex.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

bool found(std::string_view pattern, std::string_view text) {
  const auto regex = Regex::compile(pattern);
  REQUIRE(regex.has_value());
  const auto result = regex->find(text);
  REQUIRE(result.has_value());
  return *result;
}

}  // namespace

TEST_CASE("a pattern is found anywhere in a text") {
  CHECK(found("a+b", "xxaaab"));
  CHECK_FALSE(found("^a+b$", "xxaaab"));
  CHECK(found("\\bcaf\u00e9\\b", "un caf\u00e9!"));
  CHECK(found("", ""));
}

TEST_CASE("bytes that are no text do not match and are no error") {
  CHECK_FALSE(found("a", "\xff\xfe"));
  CHECK(found("a", "\xff a"));
}

TEST_CASE("a wrong pattern says where and why") {
  const auto regex = Regex::compile("a(b");
  REQUIRE_FALSE(regex.has_value());
  CHECK(regex.error().code == ErrorCode::usage);
  CHECK_THAT(regex.error().message, Catch::Contains("'a(b'") && Catch::Contains("offset 3"));
}

TEST_CASE("a pattern that runs away is given up") {
  const auto regex = Regex::compile("(a+)+$");
  REQUIRE(regex.has_value());
  const auto result = regex->find(std::string(40, 'a') + "b");
  REQUIRE_FALSE(result.has_value());
  CHECK_THAT(result.error().message, Catch::Contains("gave up"));
}

TEST_CASE("all that matches is replaced, literally") {
  const auto regex = Regex::compile("\"token\":\"[^\"]*\"");
  REQUIRE(regex.has_value());
  CHECK(*regex->replace_all(R"({"token":"a","x":1,"token":"b"})", "<$0>") ==
        R"({<$0>,"x":1,<$0>})");
  CHECK(*regex->replace_all("nothing", "x") == "nothing");
  CHECK(*Regex::compile("x*")->replace_all("axb", "-") == "a-b");
  CHECK(*Regex::compile("$|\\b")->replace_all("\xc3\xa4 b", "-") == "\xc3\xa4 b");
}
