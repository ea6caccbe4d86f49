// SPDX-License-Identifier: MIT
#include "script/detail_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include <fmt/format.h>

#include "core/json.h"
#include "script/json_mistake.h"

namespace wskit::script {
namespace {

using Use = ParseContext::Use;
using Check = Predicate::Test;

using About = DetailParser::About;

/// Whether a query is about a message, an opening and an answer of HTTP.
struct QueryName {
  std::string_view name;
  Query::Kind kind;
  std::array<bool, 3> about;
};
constexpr std::array kQueries{
    QueryName{"jsonpath", Query::Kind::jsonpath, {true, true, true}},
    QueryName{"regex", Query::Kind::regex, {true, true, true}},
    QueryName{"message", Query::Kind::message, {true, false, false}},
    QueryName{"body", Query::Kind::message, {false, true, true}},
    QueryName{"bytes", Query::Kind::bytes, {true, true, true}},
    QueryName{"code", Query::Kind::code, {true, false, false}},
    QueryName{"reason", Query::Kind::reason, {true, false, false}},
    QueryName{"status", Query::Kind::status, {false, true, true}},
    QueryName{"header", Query::Kind::header, {false, true, true}},
    QueryName{"subprotocol", Query::Kind::subprotocol, {false, true, false}},
    QueryName{"extensions", Query::Kind::extensions, {false, true, false}},
};

bool is_about(const QueryName& query, About about) {
  return query.about[static_cast<std::size_t>(about)];
}

/// "a, b or c".
std::string queries_about(About about) {
  std::string list;
  std::string_view last;
  for (const QueryName& query : kQueries) {
    if (is_about(query, about)) {
      list += last.empty() ? "" : list.empty() ? std::string(last) : fmt::format(", {}", last);
      last = query.name;
    }
  }
  return fmt::format("{} or {}", list, last);
}

struct TestName {
  std::string_view name;
  Check test;
  bool takes_value = false;
};
constexpr std::array kTests{
    TestName{"==", Check::equal, true},
    TestName{"!=", Check::not_equal, true},
    TestName{"<=", Check::less_or_equal, true},
    TestName{"<", Check::less, true},
    TestName{">=", Check::greater_or_equal, true},
    TestName{">", Check::greater, true},
    TestName{"contains", Check::contains, true},
    TestName{"startsWith", Check::starts_with, true},
    TestName{"endsWith", Check::ends_with, true},
    TestName{"exists", Check::exists},
    TestName{"matches", Check::matches},
    TestName{"isString", Check::is_string},
    TestName{"isNumber", Check::is_number},
    TestName{"isInteger", Check::is_integer},
    TestName{"isFloat", Check::is_float},
    TestName{"isBoolean", Check::is_boolean},
    TestName{"isList", Check::is_list},
    TestName{"isObject", Check::is_object},
    TestName{"isCollection", Check::is_collection},
    TestName{"isEmpty", Check::is_empty},
    TestName{"isNull", Check::is_null},
};
constexpr std::string_view kWhatTests =
    "==, !=, <, <=, >, >=, contains, startsWith, endsWith, matches, exists, isString, isNumber, "
    "isInteger, isFloat, isBoolean, isList, isObject, isCollection, isEmpty or isNull";

/// An integer or a placeholder at the beginning of `text`: its length; 0 when there is neither.
std::size_t term_length(std::string_view text) {
  if (text.starts_with("{{")) {
    const std::size_t end = text.find("}}");
    return end == std::string_view::npos ? 0 : end + 2;
  }
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  const std::size_t end = std::min(text.find_first_not_of("0123456789", sign), text.size());
  return end == sign ? 0 : end;
}

bool is_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool DetailParser::begins(std::string_view word) {
  return word == "where" || word == "capture" ||
         std::ranges::find(kQueries, word, &QueryName::name) != kQueries.end();
}

bool DetailParser::begins_predicate(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  return word == "not" || word == "count" ||
         std::ranges::find(kTests, word, &TestName::name) != kTests.end();
}

bool DetailParser::details(About about, Details& out) {
  about_ = about;
  while (const auto at = context_.lines.peek()) {
    if (!begins(at->word())) {
      return true;
    }
    context_.lines.take();
    if (!detail(*at, about, out)) {
      return false;
    }
  }
  return true;
}

bool DetailParser::detail(LineCursor at, About about, Details& out) {
  const Place place = at.place();
  if (at.word() == "where" && about != About::message) {
    return context_.fail(place, "where selects messages; leave it out here");
  }
  if (at.take_if("capture")) {
    return capture(at, out.captures.emplace_back(place, Capture{}).second);
  }
  const bool selects = at.take_if("where");
  auto& list = selects ? out.where : out.asserts;
  return predicate(at, list.emplace_back(place, Predicate{}).second);
}

bool DetailParser::capture(LineCursor& at, Capture& out) {
  std::string name;
  if (!context_.name(at, "a name for what is captured", name)) {
    return false;
  }
  if (!at.take_if("=")) {
    return context_.expected(at, "= and a query, like: capture id = jsonpath \"$.id\"");
  }
  if (!query(at, out.query) || !context_.end(at)) {
    return false;
  }
  out.variable = context_.assigned(name);
  return true;
}

bool DetailParser::path(LineCursor& at, Query& out) {
  const LineCursor begin = at;
  std::string text;
  if (!context_.json_string(at, text)) {
    return false;
  }
  auto compiled = JsonPath::compile(text);
  if (!compiled) {
    return context_.fail(begin.place(), compiled.error().message);
  }
  out.path.emplace(*std::move(compiled));
  return true;
}

bool DetailParser::query(LineCursor& at, Query& out) {
  const auto* found = std::ranges::find(kQueries, at.word(), &QueryName::name);
  if (found == kQueries.end() || !is_about(*found, about_)) {
    constexpr std::array<std::string_view, 3> kWhat{"a message", "an opening", "an answer of HTTP"};
    return context_.expected(
        at, fmt::format("what there is of {}: {}", kWhat[static_cast<std::size_t>(about_)],
                        queries_about(about_)));
  }
  at.take_word();
  out.kind = found->kind;
  bool good = true;
  if (out.kind == Query::Kind::jsonpath) {
    good = path(at, out);
  } else if (out.kind == Query::Kind::regex) {
    good = context_.regex(at, false, out.regex);
  } else if (out.kind == Query::Kind::header) {
    good = context_.json_string(at, out.header);
  }
  out.count = good && at.take_if("count");
  return good;
}

bool DetailParser::predicate(LineCursor& at, Predicate& out) {
  if (!query(at, out.query)) {
    return false;
  }
  out.negated = at.take_if("not");
  const auto* found = std::ranges::find(kTests, at.word(), &TestName::name);
  if (found == kTests.end()) {
    return context_.expected(at, kWhatTests);
  }
  at.take_word();
  out.test = found->test;
  if (found->takes_value) {
    return value(at, out.operand);
  }
  if (out.test == Check::matches && !context_.regex(at, true, out.regex)) {
    return false;
  }
  return context_.end(at);
}

bool DetailParser::terms(LineCursor& at, Operand& out) {
  bool negative = false;
  while (true) {
    const std::size_t length = term_length(at.rest());
    const bool is_open = length == 0 && at.rest().starts_with("{{");
    if (length == 0 && !is_open) {
      return context_.expected(at, "an integer or a {{placeholder}}");
    }
    const std::string_view written = at.rest().substr(0, is_open ? std::string_view::npos : length);
    if (!written.starts_with("{{") && !is_integer(written)) {
      return context_.expected(at, "an integer of 64 bits");
    }
    Operand::Term& term = out.terms.emplace_back(Operand::Term{.negative = negative, .text = {}});
    if (!context_.text(at, written, Use::once, term.text)) {
      return false;
    }
    at.skip(length);
    at.skip_blanks();
    if (at.at_end()) {
      return true;
    }
    negative = at.word() == "-";
    if (at.word() != "+" && !negative) {
      return context_.expected(at, "+ or - and another term, or the end of the line");
    }
    at.take_word();
  }
}

bool DetailParser::value(LineCursor& at, Operand& out) {
  if (at.at_end()) {
    return context_.expected(at,
                             "a value: a string in quotes, a number, JSON or a {{placeholder}}");
  }
  if (at.front() == '"') {
    WrittenText text;
    out.quoted = true;
    return context_.json_string(at, text) && context_.end(at) &&
           context_.text(text, Use::once, out.terms.emplace_back().text);
  }
  const std::size_t first = term_length(at.rest());
  const bool more = first > 0 && first < at.rest().size() && at.rest()[first] == ' ';
  if (more || at.rest().starts_with("{{")) {
    return terms(at, out);
  }
  Template& text = out.terms.emplace_back().text;
  if (!context_.text(at, at.rest(), Use::once, text)) {
    return false;
  }
  if (const auto mistake = find_json_mistake(text.render_with("0"))) {
    const bool exact = at.rest().find("{{") == std::string_view::npos;
    return context_.fail(
        exact ? at.place_behind(mistake->offset) : at.place(),
        fmt::format(
            "expected a value: a string in quotes, a number, JSON or a {{{{placeholder}}}}; "
            "{}",
            mistake->message));
  }
  return true;
}

}  // namespace wskit::script
