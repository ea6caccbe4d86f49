// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed_cases.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "script/script_grammar.h"
#include "script/script_parser.h"
#include "tests/support/catch.h"
#include "wire/utf8.h"

using namespace wskit;
using namespace wskit::script;

namespace {

std::expected<Script, ScriptError> parse(const Malformed& malformed) {
  const auto read = [&malformed](const std::string& path) -> Expected<std::string> {
    const auto found = malformed.files.find(path);
    if (found == malformed.files.end()) {
      return fail(ErrorCode::unreadable_file,
                  fmt::format("read {}: No such file or directory", path));
    }
    return found->second;
  };
  return parse_script("t.wst", malformed.files.at("t.wst"),
                      {.variables = {},
                       .environment = {},
                       .read_file = read,
                       .has_url = malformed.name.find("[no url]") == std::string::npos,
                       .server = malformed.name.find("[server]") != std::string::npos});
}

void check_case(const Malformed& malformed) {
  INFO(malformed.name);
  REQUIRE_FALSE(malformed.message.empty());
  const auto parsed = parse(malformed);
  REQUIRE_FALSE(parsed.has_value());
  const ScriptError& error = parsed.error();
  INFO(error.describe());
  CHECK(error.file == malformed.file);
  CHECK(error.line == malformed.line);
  CHECK(error.column == column_of(malformed));
  CHECK(error.text == malformed.text);
  CHECK(error.message.starts_with(malformed.message));
  CHECK(error.describe() == fmt::format("{}:{}:{}: {}\n{}\n{}", error.file, error.line,
                                        error.column, error.message, error.text, malformed.caret));
}

void check_cases(std::string_view text) {
  for (const Malformed& malformed : read_malformed(text)) {
    check_case(malformed);
  }
}

ScriptError error_of(const std::string& text) {
  const auto parsed = parse({.name = {}, .files = {{"t.wst", text}}});
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error();
}

std::string times(std::size_t count, std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

}  // namespace

TEST_CASE("a script's head is refused where it is wrong, with what was expected") {
  check_cases(malformed_head);
}

TEST_CASE("a test or its clients are refused where they are wrong, with what was expected") {
  check_cases(malformed_tests);
}

TEST_CASE("a step is refused where it is wrong, with what was expected") {
  check_cases(malformed_steps);
}

TEST_CASE("a message is refused where it is wrong, with what was expected") {
  check_cases(malformed_messages);
}

TEST_CASE("a pattern is refused where it is wrong, with what was expected") {
  check_cases(malformed_patterns);
}

TEST_CASE("a predicate or capture is refused where it is wrong, with what was expected") {
  check_cases(malformed_details);
}

TEST_CASE("the malformed scripts are 200 at least, under names of their own, of every keyword") {
  std::map<std::string, int> names;
  std::string all = "\n";
  for (const std::string_view text : kAllMalformed) {
    for (const Malformed& malformed : read_malformed(text)) {
      ++names[malformed.name];
      all += "\n" + malformed.files.at("t.wst");
    }
  }
  CHECK(names.size() >= 200);
  CHECK(std::ranges::all_of(names, [](const auto& name) { return name.second == 1; }));
  for (const Rule& rule : grammar()) {
    if (rule.keyword) {
      INFO(rule.name);
      const std::string word(rule.name.substr(0, rule.name.find(' ')));
      CHECK((all.contains("\n" + word + " ") || all.contains("\n" + word + "\n")));
    }
  }
}

TEST_CASE("bytes that are no UTF-8 are refused where the first one stands") {
  const ScriptError error = error_of("test t\n> \xC3\xA4 gr\xFC\xC3\x9F\n");
  CHECK(error.line == 2);
  CHECK(error.column == 8);
  CHECK(error.message == "expected UTF-8; other bytes are written as hex, b64 or file");
  CHECK(error_of("test t\n> x\n> cut \xE2\x82").column == 7);
  const std::string long_line = "> " + times(20'000, "\xE2\x82\xAC") + "\xFF";
  CHECK(error_of(long_line + times(20'000, "x")).column == long_line.size());
}

TEST_CASE("bytes that are no UTF-8 are refused in an included file, at their place there") {
  const auto parsed = parse({.name = {},
                             .files = {{"t.wst", "test t\ninclude a.inc\n"},
                                       {"a.inc",
                                        "> good\n> b\xFF"
                                        "d\n"}}});
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().describe().starts_with("a.inc:2:4: expected UTF-8"));
}

TEST_CASE("of a long line what stands around the mistake is shown") {
  const ScriptError front = error_of("test t\n> hex 0g" + times(10'000, " 00"));
  CHECK(front.text.size() > 10'000);
  CHECK(front.describe().ends_with("\n> hex 0g" + times(64, " 00") + "...\n      ^"));
  const ScriptError back = error_of("test t\n> hex" + times(10'000, " 00") + " 0g");
  CHECK_THAT(back.describe(), Catch::EndsWith("00 0g\n" + std::string(83, ' ') + "^"));
  CHECK(back.describe().size() < 500);
  const ScriptError wide = error_of("test t\n> hex " + times(10'000, "\xC3\xA4") + "\n");
  CHECK(wide.describe().size() < 700);
  CHECK(wire::is_utf8(wide.describe()));
  CHECK(error_of(times(500, "\xFF")).describe().size() < 500);
}

TEST_CASE("files may include each other sixteen deep, and one twice") {
  std::map<std::string, std::string> files{{"t.wst", "test t\ninclude 0.inc\ninclude 0.inc\n"}};
  for (int i = 0; i < 17; ++i) {
    files[fmt::format("{}.inc", i)] = fmt::format("> x\ninclude {}.inc\n", i + 1);
  }
  files["15.inc"] = "> x\n";
  CHECK(parse({.name = {}, .files = files}).has_value());
  files["15.inc"] = "include 16.inc\n";
  const auto deep = parse({.name = {}, .files = files});
  REQUIRE_FALSE(deep.has_value());
  CHECK(deep.error().message == "files include each other more than 16 deep");
}

TEST_CASE("a script that is only read needs nothing of the environment") {
  const std::string text =
      "url {{env.URL}}/chat\nheader X: {{env.X}}\nset v = {{env.V}}\ntest t\n"
      "> {\"a\":{{json env.A}},\"v\":\"{{v}}\"}\n< json {\"a\":{{json env.A}}}\n"
      "    jsonpath \"$.a\" == {{env.A}}\ntest u\n> {{env.A}}\n";
  const auto parse_for = [&text](bool any_environment) {
    return parse_script("t.wst", text,
                        {.variables = {},
                         .environment = [](const std::string&) { return std::nullopt; },
                         .read_file = {},
                         .any_environment = any_environment});
  };
  const auto read = parse_for(true);
  INFO((read ? std::string() : read.error().describe()));
  REQUIRE(read.has_value());
  CHECK(read->tests.size() == 2);
  const auto unset = parse_for(false);
  REQUIRE_FALSE(unset.has_value());
  CHECK(unset.error().message == "the environment variable URL is not set");
}

TEST_CASE("columns count no byte order mark and no carriage return") {
  const ScriptError error = error_of("\xEF\xBB\xBFhello\r\n");
  CHECK(error.column == 1);
  CHECK(error.text == "hello");
  CHECK(error_of("test t\r\n> hex\t0\r\n").describe().ends_with("\n> hex\t0\n     \t^"));
}

TEST_CASE("nesting without end meets its limit, wherever it is written") {
  const std::string deep = times(10'000, "[");
  for (const char* const front : {"< json ", "> json ", "< json= ", "< any\n    message == "}) {
    const ScriptError error = error_of("test t\n" + (front + deep) + "\n");
    INFO(front);
    CHECK(error.message.contains("nested deeper than 256 levels"));
  }
  const ScriptError path =
      error_of("test t\n< any\n    jsonpath \"$[?" + times(10'000, "(") + "\" exists\n");
  CHECK(path.message.starts_with("JSONPath '"));
  const ScriptError regex = error_of("test t\n< ~ /" + times(10'000, "(") + "/\n");
  CHECK(regex.message.starts_with("regular expression '"));
  CHECK(regex.message.size() < 1000);
  for (const char* const block : {"repeat 2 {\n", "unordered {\n"}) {
    const ScriptError error = error_of("test t\n" + times(100'000, block));
    CHECK(error.line == 34);
    CHECK(error.message == "blocks are nested more than 32 deep");
  }
  CHECK(parse({.name = {},
               .files = {{"t.wst",
                          "test t\n" + times(32, "repeat 2 {\n") + "> x\n" + times(32, "}\n")}}})
            .has_value());
}

TEST_CASE("more variables, clients or names of steps than have numbers are refused") {
  std::string variables = "test t\n";
  std::string clients = "test t\nclient c";
  std::string steps = "test t\n";
  for (int i = 0; i < 70'000; ++i) {
    variables += fmt::format("set v{} = 1\n", i);
    clients += fmt::format(", c{}", i);
    steps += fmt::format("step s{}\n", i < 20'000 ? i : 0);
  }
  CHECK(error_of(variables).describe().starts_with("t.wst:65537:1: more than 65535 variables\n"));
  CHECK(error_of(clients).message == "more than 10000 clients");
  CHECK(error_of(steps).message == "more than 10000 names of steps");
}
