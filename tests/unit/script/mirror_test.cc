// SPDX-License-Identifier: MIT
#include "script/mirror.h"

#include <string>
#include <variant>
#include <vector>

#include "script/script_parser.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

Script parsed(const std::string& text) {
  auto script = parse_script(
      "t.wst", text, {.variables = {}, .environment = {}, .read_file = {}, .has_url = true});
  INFO((script ? "" : script.error().describe()));
  REQUIRE(script);
  return *std::move(script);
}

std::string word_of(const Step& step) {
  if (const auto* send = std::get_if<SendStep>(&step.kind)) {
    return "> " + std::string(name(send->type)) + " " + *send->payload.literal();
  }
  const auto* expect = std::get_if<ExpectStep>(&step.kind);
  return expect != nullptr && expect->pattern.is_control() ? "< control"
         : expect != nullptr                               ? "< data"
                                                           : "other";
}

std::vector<std::string> words_of(const std::string& text) {
  const auto turned = mirrored(parsed(text));
  INFO((turned ? "" : turned.error().describe()));
  REQUIRE(turned);
  std::vector<std::string> words;
  for (const Step& step : turned->tests.front().steps) {
    words.push_back(word_of(step));
  }
  return words;
}

/// "LINE: MESSAGE".
std::string refusal_of(const std::string& text) {
  const auto turned = mirrored(parsed(text));
  REQUIRE_FALSE(turned);
  return std::to_string(turned.error().line) + ": " + turned.error().message;
}

}  // namespace

TEST_CASE("a mirrored script expects what was sent and sends what was expected") {
  CHECK(words_of("> a\n< b\nsleep 1s\n< none 1s\nunordered {\n  < c\n  < hex 64\n}\n") ==
        std::vector<std::string>{"< data", "> text b", "> text c", "> binary d"});
}

TEST_CASE("the answer to a Close comes by itself on the other side, too") {
  CHECK(words_of("> close 1000\n< close 1000\n") == std::vector<std::string>{"< control"});
  CHECK(words_of("< close 1001 bye\n") == std::vector<std::string>{"> close bye"});
}

TEST_CASE("the headers of a client's request are none of the answer") {
  const auto turned = mirrored(parsed("header A: 1\ntest t\nheader B: 2\n> a\n"));
  REQUIRE(turned);
  CHECK(turned->head.headers.empty());
  CHECK(turned->tests.front().directives.headers.empty());
}

TEST_CASE("what cannot be turned round is refused at its line") {
  CHECK_THAT(refusal_of("> a\n< any\n"), Catch::StartsWith("2: --mirror: expected a literal"));
  CHECK_THAT(refusal_of("> {{uuid}}\n"), Catch::StartsWith("1: --mirror: expected a message"));
  CHECK_THAT(refusal_of("> raw hex 00\n"), Catch::StartsWith("1: --mirror: raw bytes"));
  CHECK_THAT(refusal_of("< a\n    capture b = message\n"), Catch::StartsWith("2: --mirror: a cap"));
  CHECK_THAT(refusal_of("> a\non text b > c\n"), Catch::StartsWith("2: --mirror: an automatic"));
  CHECK_THAT(refusal_of("< refused 401\n"), Catch::StartsWith("1: --mirror: a refusal"));
  CHECK_THAT(refusal_of("test t\nclient a, b\na> x\n"), Catch::StartsWith("1: --mirror: a test"));
}
