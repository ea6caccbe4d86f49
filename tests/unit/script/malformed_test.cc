// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed.h"

#include <algorithm>
#include <array>
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

using namespace wskit;
using namespace wskit::script;

namespace {

const std::array kAll{malformed_head,     malformed_tests,    malformed_steps,
                      malformed_messages, malformed_patterns, malformed_details};

struct Malformed {
  std::string name;
  std::map<std::string, std::string> files;
  std::string file;
  std::uint32_t line = 0;
  /// The line, the caret's line and what the message begins with.
  std::string text;
  std::string caret;
  std::string message;
};

/// Takes a line; nothing of it is left at the end of `text`.
std::string take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::vector<Malformed> read_cases(std::string_view text) {
  std::vector<Malformed> cases;
  std::string file;
  std::string last;
  std::uint32_t number = 0;
  take_line(text);
  while (!text.empty()) {
    const std::string line = take_line(text);
    const bool begins = line.starts_with("=== ");
    if (begins || line.starts_with("--- ")) {
      file = begins ? "t.wst" : line.substr(4);
      number = 0;
      last.clear();
      if (begins) {
        cases.push_back({.name = line.substr(4)});
      }
      cases.back().files[file];
      continue;
    }
    Malformed& malformed = cases.back();
    const std::size_t caret = line.find_first_not_of(" \t");
    if (caret != std::string::npos && line[caret] == '^') {
      malformed.file = file;
      malformed.line = std::max(number, 1U);
      malformed.text = last;
      malformed.caret = line.substr(0, caret + 1);
      malformed.message = line.substr(caret + 2);
      continue;
    }
    malformed.files[file] += line + "\n";
    last = line;
    ++number;
  }
  return cases;
}

std::expected<Script, ScriptError> parse(const Malformed& malformed) {
  const auto read = [&malformed](const std::string& path) -> Expected<std::string> {
    const auto found = malformed.files.find(path);
    if (found == malformed.files.end()) {
      return fail(ErrorCode::unreadable_file,
                  fmt::format("cannot read {}: No such file or directory", path));
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

/// The byte of a line, from 1, that the caret below it points to.
std::uint32_t column_of(const Malformed& malformed) {
  std::size_t characters = malformed.caret.size();
  std::uint32_t column = 0;
  for (const char c : malformed.text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && --characters == 0) {
      return column + 1;
    }
    ++column;
  }
  return column + static_cast<std::uint32_t>(characters);
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
  for (const Malformed& malformed : read_cases(text)) {
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
  for (const std::string_view text : kAll) {
    for (const Malformed& malformed : read_cases(text)) {
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
