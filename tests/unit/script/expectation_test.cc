// SPDX-License-Identifier: MIT
#include "script/expectation.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

std::string found(const std::string& expected, const std::string& got,
                  const std::vector<std::string>& ignored = {}) {
  const auto mismatch = first_mismatch(MessageView{.type = MessageType::text, .payload = expected},
                                       MessageView{.type = MessageType::text, .payload = got},
                                       IgnoredPlaces::parse(ignored).value());
  return mismatch ? mismatch->place + ": " + mismatch->expected + " / " + mismatch->got : "";
}

/// What an "expect" member finds in a message; "" for nothing.
std::string held(const char* expect, const std::string& got) {
  const Json json = parse_json(expect).value();
  const auto expectation =
      Expectation::create({.type = MessageType::text, .payload = R"({"a":1,"b":2})"}, &json);
  REQUIRE(expectation.has_value());
  const auto mismatch = expectation->compare({.type = MessageType::text, .payload = got}, {});
  REQUIRE(mismatch.has_value());
  return *mismatch ? (**mismatch).place + ": " + (**mismatch).expected + " / " + (**mismatch).got
                   : "";
}

}  // namespace

TEST_CASE("JSON is compared by what it means") {
  CHECK(found(R"({"a":1,"b":[1,2]})", R"({ "b": [1.0, 2], "a": 1 })").empty());
  CHECK(found(R"({"a":{"b/c":[1,{"d":2}]}})", R"({"a":{"b/c":[1,{"d":3}]}})") ==
        "/a/b~1c/1/d: 2 / 3");
  CHECK(found(R"({"a":1})", R"({})") == "/a: 1 / nothing");
  CHECK(found(R"({})", R"({"a":1})") == "/a: nothing / 1");
  CHECK(found(R"([1])", R"([1,2])") == "/1: nothing / 2");
  CHECK(found("1", "2") == ": 1 / 2");
}

TEST_CASE("text that is no JSON is compared by its bytes") {
  CHECK(found("hello", "hello").empty());
  CHECK(found("hello world", "hello there") == "byte 6: hello world / hello there");
  CHECK(found("hello", "hello!") == "byte 5: hello / hello!");
  CHECK(found(R"({"a":1})", "x") == R"(byte 0: {"a":1} / x)");
}

TEST_CASE("places that are ignored may differ, also any element") {
  const std::string expected = R"({"id":1,"list":[{"ts":1,"v":1},{"ts":2,"v":2}]})";
  CHECK(found(expected, R"({"id":9,"list":[{"ts":8,"v":1},{"v":2}]})", {"/id", "/list/*/ts"})
            .empty());
  CHECK(found(expected, R"({"id":9,"list":[{"ts":8,"v":1},{"v":3}]})", {"/id", "/list/*/ts"}) ==
        "/list/1/v: 2 / 3");
  CHECK_FALSE(IgnoredPlaces::parse({"id"}).has_value());
  CHECK_FALSE(IgnoredPlaces::parse({"/~7"}).has_value());
}

TEST_CASE("messages of different types differ, closes by code and reason") {
  const MessageView close{
      .type = MessageType::close, .payload = "a", .code = wire::CloseCode(4000)};
  const auto place = [&close](const MessageView& got) {
    return first_mismatch(close, got, {}).value().place;
  };
  CHECK(place({.type = MessageType::text, .payload = "a"}) == "type");
  CHECK(place({.type = MessageType::close, .payload = "a", .code = wire::CloseCode(4001)}) ==
        "code");
  CHECK(place({.type = MessageType::close, .payload = "b", .code = wire::CloseCode(4000)}) ==
        "reason");
  CHECK_FALSE(first_mismatch(close, close, {}).has_value());
}

TEST_CASE("what a recording expects instead of what was recorded") {
  CHECK(held(R"({"json":{"a":7}})", R"({"a":7,"z":0})").empty());
  CHECK(held(R"({"json":{"a":7}})", R"({"a":8})") == "/a: 7 / 8");
  CHECK(held(R"({"json":{"a":7}})", "x") == R"(: {"a":7} / x)");
  CHECK(held(R"({"json=":{"a":7}})", R"({"a":7,"z":0})") == "/z: nothing / 0");
  CHECK(held(R"({"text":"hi"})", "hi").empty());
  CHECK(held(R"({"text":"hi"})", "ho") == "byte 1: hi / ho");
  CHECK(held(R"({"re":"^h.$"})", "ho").empty());
  CHECK(held(R"({"re":"^h.$"})", "no") == ": re:^h.$ / no");
  CHECK(held(R"({"ignore":["/a"]})", R"({"a":7,"b":2})").empty());
  CHECK(held(R"({"ignore":["/a"]})", R"({"a":7,"b":3})") == "/b: 2 / 3");
  CHECK(held(R"({"json":{"a":1,"b":1},"ignore":"/b"})", R"({"a":1,"b":3})").empty());
}

TEST_CASE("an expectation that means nothing is refused") {
  for (const char* const expect :
       {R"({"jsn":1})", R"({"text":1})", R"({"re":"("})", R"({"json":1,"text":"x"})",
        R"({"ignore":[1]})", R"({"ignore":["a"]})"}) {
    const Json json = parse_json(expect).value();
    INFO(expect);
    const auto created = Expectation::create({}, &json);
    REQUIRE_FALSE(created.has_value());
    CHECK(created.error().code == ErrorCode::usage);
  }
}

TEST_CASE("the memory of an expectation counts with its message's") {
  Json list = Json::array();
  for (int i = 0; i < 1'000; ++i) {
    list.push_back(i);
  }
  const Json expect{{"json", list}};
  const Message message{.type = MessageType::text, .payload = "x"};
  const auto with = Expectation::create(message, &expect).value();
  CHECK(with.bytes() >
        Expectation::create(message, nullptr).value().bytes() + list.size() * sizeof(Json));
}
