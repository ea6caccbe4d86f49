// SPDX-License-Identifier: MIT
#include "script/redaction.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using script::Redaction;

namespace {

std::string redacted(const std::vector<std::string>& rules, const std::string& text) {
  return Redaction::parse(rules).value().apply(text);
}

}  // namespace

TEST_CASE("all that a regular expression matches is redacted") {
  CHECK(redacted({"sk-[a-z0-9]+"}, "use sk-abc1 or sk-z9.") == "use <redacted> or <redacted>.");
  CHECK(redacted({"b+", "z"}, "abbbz") == "a<redacted><redacted>");
  CHECK(redacted({"x"}, "nothing") == "nothing");
}

TEST_CASE("an expression that may match nothing still redacts all else that it matches") {
  CHECK(redacted({"[0-9]*"}, "id 42, \xc3\xa4 7") == "id <redacted>, \xc3\xa4 <redacted>");
}

TEST_CASE("the value that a pointer points to is redacted, whatever it is") {
  const std::string message = R"({"user":"ann","auth":{"token":"t","tries":[1,2]}})";
  CHECK(redacted({"/auth/token"}, message) ==
        R"({"user":"ann","auth":{"token":"<redacted>","tries":[1,2]}})");
  CHECK(redacted({"/auth/tries/1"}, message) ==
        R"({"user":"ann","auth":{"token":"t","tries":[1,"<redacted>"]}})");
  CHECK(redacted({"/auth"}, message) == R"({"user":"ann","auth":"<redacted>"})");
  CHECK(redacted({"/a~1b"}, R"({"a/b":1})") == R"({"a/b":"<redacted>"})");
}

TEST_CASE("a member that stands there twice is not left over") {
  CHECK(redacted({"/token"}, R"({"token":"first","token":"second"})").find("t\"}") ==
        std::string::npos);
  CHECK(redacted({"/token"}, R"({"token":"first","token":"second"})") ==
        R"({"token":"<redacted>"})");
}

TEST_CASE("a message in which a pointer finds nothing stays as it was written") {
  for (const std::string message : {R"({ "a" : 1.0 })", "[1, 2]", "no JSON", ""}) {
    CHECK(redacted({"/token", "/0/x", "/-"}, message) == message);
  }
}

TEST_CASE("when an expression gives up, the whole message goes") {
  CHECK(redacted({"(a+)+$"}, std::string(40'000, 'a') + "!") == "<redacted>");
}

TEST_CASE("rules that are none are usage errors") {
  CHECK(Redaction::parse({"("}).error().code == ErrorCode::usage);
  CHECK_THAT(Redaction::parse({"/a~2"}).error().message, Catch::Contains("'/a~2'"));
  CHECK(Redaction::parse({}).value().empty());
}
