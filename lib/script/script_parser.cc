// SPDX-License-Identifier: MIT
#include "script/script_parser.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "script/script_grammar.h"
#include "script/step_parser.h"
#include "wire/utf8.h"

namespace wskit::script {
namespace {

constexpr std::string_view kWhatStands =
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
      at.take_word();
      return setup(at);
    }
    if (in_head && keyword == Keyword::include) {
      context_.lines.take();
      at.take_word();
      const auto included = context_.lines.include(at.rest());
      return included || context_.fail(at.place(), included.error().message);
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
    return in_head ? only_test(at) : context_.expected(at, kWhatStands);
  }

  bool test(const LineCursor& at) {
    if (at.at_end()) {
      return context_.expected(at, "a name for the test");
    }
    const std::string name(at.rest());
    const auto same = std::ranges::find(context_.script.tests, name, &Test::name);
    if (same != context_.script.tests.end()) {
      return context_.fail(at.place(), fmt::format("there is a test with this name in line {} "
                                                   "already",
                                                   same->place.line));
    }
    return body(name, at.place());
  }

  /// Steps without a test.
  bool only_test(const LineCursor& at) {
    const auto keyword = find_keyword(at.word());
    if (!keyword && at.rest().find_first_of("<>") == std::string_view::npos && at.front() != '@') {
      return context_.expected(at, fmt::format("{}, or a step", kWhatStands));
    }
    const std::string name = std::filesystem::path(context_.script.files.front()).stem().string();
    Place place = at.place();
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
    if (!set_up(parser, test) || !parser.steps(test.steps, false)) {
      return false;
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
    context_.lines.enter(*setup_);
    return parser.steps(test.steps, true);
  }

  bool setup(const LineCursor& at) {
    if (at.rest() != "{") {
      return context_.expected(at, "{ after setup");
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
    if (!context_.text(at, at.rest(), ParseContext::Use::often, value)) {
      return false;
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
    return std::ranges::all_of(test.clients, has_url) ||
           context_.fail(test.place,
                         "expected a url for this test: in its file's head, under it, "
                         "or on the command line");
  }

  ParseContext& context_;
  std::optional<ScriptLines::Range> setup_;
};

ScriptError not_utf8(const std::string& file, std::string_view text) {
  std::uint32_t line = 1;
  while (true) {
    const std::size_t end = text.find('\n');
    const std::string_view here = text.substr(0, end);
    if (!wire::is_utf8(here) || end == std::string_view::npos) {
      std::size_t good = here.size();
      while (good > 0 && !wire::is_utf8(here.substr(0, good))) {
        --good;
      }
      return {.file = file,
              .line = line,
              .column = static_cast<std::uint32_t>(good + 1),
              .message = "expected UTF-8; other bytes are written as hex, b64 or file",
              .text = std::string(here)};
    }
    text.remove_prefix(end + 1);
    ++line;
  }
}

}  // namespace

std::string ScriptError::describe() const {
  std::string caret;
  for (std::size_t i = 0; i + 1 < column && i < text.size(); ++i) {
    // A caret stands below its character however wide tabs are; a character's first byte counts.
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) {
      caret += text[i] == '\t' ? '\t' : ' ';
    }
  }
  return fmt::format("{}:{}:{}: {}\n{}\n{}^", file, line, column, message, text, caret);
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
  if (!ScriptParser(context).parse()) {
    return std::unexpected(context.error());
  }
  return script;
}

}  // namespace wskit::script
