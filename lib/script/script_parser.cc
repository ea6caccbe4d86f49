// SPDX-License-Identifier: MIT
#include "script/script_parser.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "script/script_grammar.h"
#include "script/shown.h"
#include "script/step_parser.h"
#include "script/utf8_place.h"
#include "wire/utf8.h"

namespace wskit::script {
namespace {

constexpr std::string_view kDirectives =
    "url, header, protocol, timeout, set, setup, include or test NAME";
constexpr std::size_t kMaxTests = 100'000;

class ScriptParser {
 public:
  explicit ScriptParser(ParseContext& context) : context_(context) {}

  bool parse() {
    while (auto at = context_.lines.peek()) {
      if (!top_level(*at)) {
        return false;
      }
    }
    if (setup_ && !setup_used_) {
      return context_.fail(setup_place_, "expected a test below this setup: it would run for none");
    }
    if (context_.script.tests.empty()) {
      return context_.fail(context_.lines.place(), "expected a test: this script does nothing");
    }
    return context_.check_variables();
  }

 private:
  bool top_level(LineCursor at) {
    const auto keyword = find_keyword(at.word());
    const bool in_head =
        context_.script.tests.empty() || keyword == Keyword::test || keyword == Keyword::setup;
    if (keyword == Keyword::test) {
      context_.lines.take();
      at.take_word();
      return test(at);
    }
    if (keyword == Keyword::setup) {
      context_.lines.take();
      return setup(at);
    }
    if (in_head && keyword == Keyword::include) {
      context_.lines.take();
      at.take_word();
      return context_.include(at);
    }
    if (in_head && keyword == Keyword::set) {
      context_.lines.take();
      at.take_word();
      return default_value(at);
    }
    if (in_head && keyword && is_directive(*keyword)) {
      Test none;
      return StepParser(context_, none).directives(context_.script.head);
    }
    return in_head ? only_test(at) : context_.expected(at, kDirectives);
  }

  bool test(const LineCursor& at) {
    if (at.at_end()) {
      return context_.expected(at, "a name for the test");
    }
    const std::string name(at.rest());
    const auto [same, is_new] = test_lines_.emplace(name, at.place().line);
    if (!is_new) {
      return context_.fail(at.place(), fmt::format("there is a test with this name in line {} "
                                                   "already",
                                                   same->second));
    }
    return body(name, at.place());
  }

  /// Steps without a test.
  bool only_test(const LineCursor& at) {
    const auto keyword = find_keyword(at.word());
    if (!keyword && at.rest().find_first_of("<>") == std::string_view::npos && at.front() != '@') {
      return context_.expected(at, fmt::format("{}, or a step", kDirectives));
    }
    const std::string name = std::filesystem::path(context_.script.files.front()).stem().string();
    const Place place = at.place();
    if (!body(name, place)) {
      return false;
    }
    const auto next = context_.lines.peek();
    return !next || context_.fail(place,
                                  "expected 'test NAME' above this step: there are tests "
                                  "further down");
  }

  bool body(const std::string& name, const Place& place) {
    if (context_.script.tests.size() >= kMaxTests) {
      return context_.fail(place, fmt::format("more than {} tests", kMaxTests));
    }
    context_.begin_test();
    Test test{.name = name, .place = place, .clients = {}, .directives = {}};
    StepParser parser(context_, test);
    if (!parser.directives(test.directives)) {
      return false;
    }
    while (auto at = context_.lines.peek()) {
      if (!at->take_if("client")) {
        break;
      }
      context_.lines.take();
      if (!parser.clients(*at)) {
        return false;
      }
    }
    if (!set_up(parser, test) || !parser.steps(test.steps, {}) || !context_.end_test()) {
      return false;
    }
    if (test.steps.empty() && test.watches.empty() && !context_.options.server) {
      return context_.fail(place, "expected a step below this test: it does nothing");
    }
    if (test.clients.empty()) {
      test.clients.emplace_back();
    }
    const bool good = check_urls(test);
    context_.script.tests.push_back(std::move(test));
    return good;
  }

  bool set_up(StepParser& parser, Test& test) {
    if (!setup_) {
      return true;
    }
    setup_used_ = true;
    context_.lines.enter(*setup_);
    return parser.steps(test.steps, setup_place_);
  }

  bool setup(LineCursor at) {
    if (setup_ && !setup_used_) {
      return context_.fail(setup_place_, "expected a test below this setup: it would run for none");
    }
    setup_place_ = at.place();
    setup_used_ = false;
    at.take_word();
    if (at.rest() != "{") {
      return context_.expected(at, at.at_end() ? "{" : "{ at the end of the line");
    }
    auto range = context_.lines.skip_block();
    if (!range) {
      return context_.fail(at.place(), "expected } at the end of this block");
    }
    ++range->end;  // With the }.
    setup_ = *range;
    return true;
  }

  bool default_value(LineCursor at) {
    std::string name;
    if (!context_.name(at, "a name", name)) {
      return false;
    }
    if (!at.take_if("=")) {
      return context_.expected(at, "= and a value");
    }
    Template value;
    WrittenText written{.text = std::string(at.rest()),
                        .parts = {{.offset = 0, .place = at.place()}}};
    LineCursor behind = at;
    if (at.front() == '"') {
      written = {};
      if (!context_.json_string(behind, written) || !context_.end(behind)) {
        return false;
      }
    }
    if (!context_.text(written, ParseContext::Use::once, value)) {
      return false;
    }
    if (value.literal() == nullptr && context_.options.any_environment) {
      (void)context_.assigned(name);
      return true;
    }
    if (value.literal() == nullptr) {
      return context_.fail(at.place(),
                           "expected a value that is known here; set in setup { ... } "
                           "evaluates one for each test");
    }
    auto& initial = context_.script.initial_values[context_.assigned(name)];
    if (!initial) {
      initial = *value.literal();
    }
    return true;
  }

  bool check_urls(const Test& test) {
    const ScriptOptions& options = context_.options;
    if (options.has_url || options.server || context_.script.head.url || test.directives.url) {
      return true;
    }
    const auto has_url = [](const Client& client) {
      return client.directives.url || client.connects_by_step;
    };
    const auto lacks = std::ranges::find_if_not(test.clients, has_url);
    return lacks == test.clients.end() ||
           context_.fail(
               test.place,
               fmt::format("expected a url for {}: in its file's head, under it, or on the "
                           "command line",
                           lacks->name.empty() ? "this test" : "client " + lacks->name));
  }

  ParseContext& context_;
  std::optional<ScriptLines::Range> setup_;
  Place setup_place_;
  bool setup_used_ = false;
  std::map<std::string, std::uint32_t, std::less<>> test_lines_;
};

ScriptError not_utf8(const std::string& file, std::string_view text) {
  std::uint32_t line = 1;
  while (true) {
    const std::size_t end = text.find('\n');
    const std::string_view here = text.substr(0, end);
    const auto bad = find_bad_utf8(here);
    if (bad || end == std::string_view::npos) {
      return {.file = file,
              .line = line,
              .column = static_cast<std::uint32_t>(bad.value_or(here.size()) + 1),
              .message = std::string(kNotUtf8),
              .text = std::string(here)};
    }
    text.remove_prefix(end + 1);
    ++line;
  }
}

}  // namespace

std::string ScriptError::describe() const {
  const ShownLine shown = shown_line(text, column);
  std::string caret;
  for (std::size_t i = 0; i + 1 < shown.column && i < shown.text.size(); ++i) {
    // A caret stands below its character however wide tabs are; a character's first byte counts.
    const auto byte = static_cast<unsigned char>(shown.text[i]);
    if ((byte & 0xC0U) != 0x80U) {
      caret += shown.text[i] == '\t' ? '\t' : ' ';
    }
  }
  return fmt::format("{}:{}:{}: {}\n{}\n{}^", file, line, column, message, shown.text, caret);
}

std::expected<Script, ScriptError> parse_script(const std::string& file, std::string_view text,
                                                const ScriptOptions& options) {
  if (!wire::is_utf8(text)) {
    return std::unexpected(not_utf8(file, text));
  }
  Script script;
  ParseContext context(script, options);
  for (const auto& [name, value] : options.variables) {
    (void)context.assigned(name);
  }
  context.lines.enter(file, text);
  if (!ScriptParser(context).parse() || context.failed()) {
    return std::unexpected(context.error());
  }
  return script;
}

}  // namespace wskit::script
