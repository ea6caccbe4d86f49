// SPDX-License-Identifier: MIT
#include "script/step_parser.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "core/parse.h"
#include "wire/http.h"

namespace wskit::script {
namespace {

using Use = ParseContext::Use;

constexpr std::string_view kWhatSteps =
    "> or < with a message, or sleep, repeat, unordered, barrier, connect, reconnect, set, step, "
    "http, on, fail on, include or test";

/// The > of `on PATTERN > MESSAGE`: the first one between blanks that is in no string.
std::size_t find_arrow(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text.substr(i).starts_with(" >") &&
               (i + 2 == text.size() || text[i + 2] == ' ')) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool StepParser::steps(std::vector<Step>& out, std::optional<Place> block) {
  while (auto at = context_.lines.peek()) {
    const auto keyword = find_keyword(at->word());
    if (at->rest() == "}" && !block) {
      return context_.fail(at->place(), "expected a step; no block is open here");
    }
    if (at->rest() == "}") {
      context_.lines.take();
      return true;
    }
    if (keyword == Keyword::test || keyword == Keyword::setup) {
      break;
    }
    context_.lines.take();
    if (!step(*at, out)) {
      return false;
    }
  }
  return !block ||
         context_.fail(context_.lines.place(),
                       fmt::format("expected }} at the end of the block of line {}", block->line));
}

bool StepParser::step(LineCursor at, std::vector<Step>& out) {
  std::optional<Nanoseconds> time;
  if (at.front() == '@') {
    at.skip(1);
    if (!context_.duration(at, time.emplace())) {
      return false;
    }
  }
  const auto keyword = find_keyword(at.word());
  const std::size_t length = name_length(at.rest());
  const char behind = at.rest().size() > length ? at.rest()[length] : '\0';
  if (behind == '>' || behind == '<' || at.word() == "strict") {
    Step& step = out.emplace_back(Step{.place = at.place(), .at = time, .kind = BarrierStep{}});
    return arrow(at, step);
  }
  if (!keyword || is_directive(*keyword) || *keyword == Keyword::test ||
      *keyword == Keyword::setup) {
    return no_step(at);
  }
  if (*keyword == Keyword::client) {
    return context_.fail(at.place(), "clients are named above the first step of a test");
  }
  const std::size_t before = out.size();
  const bool good = keyword_step(*keyword, at, out);
  if (good && time && out.size() > before) {
    out[before].at = time;
  }
  return good;
}

bool StepParser::no_step(const LineCursor& at) {
  if (DetailParser::begins(at.word())) {
    return context_.fail(at.place(),
                         "expected a step: predicates and captures stand below < with a message, "
                         "open or refused, and below http");
  }
  LineCursor behind = at.part(at.rest().size());
  behind.skip(name_length(behind.rest()));
  const Place blank = behind.place();
  behind.skip_blanks();
  if (name_length(at.rest()) > 0 && (behind.word() == ">" || behind.word() == "<")) {
    return context_.fail(blank, "expected no blank between a client's name and its > or <");
  }
  return context_.expected(at, kWhatSteps);
}

bool StepParser::arrow(LineCursor at, Step& step) {
  const bool strict = at.take_if("strict");
  const std::size_t length = name_length(at.rest());
  const std::string_view name = at.rest().substr(0, length);
  const char arrow = at.rest().size() > length ? at.rest()[length] : '\0';
  if (arrow != '<' && (strict || arrow != '>')) {
    return context_.expected(at, strict ? "< and a message" : "> or < and a message");
  }
  ClientIndex index = 0;
  if (!client(at, name, index)) {
    return false;
  }
  at.skip(length + 1);
  at.skip_blanks();
  if (arrow == '<') {
    return expect(at, index, strict, step);
  }
  SendStep send{.client = index};
  if (!messages_.message(at, send)) {
    return false;
  }
  step.kind = std::move(send);
  return true;
}

/// "[5s]" is one; "[1,2]" is JSON.
bool StepParser::deadline(LineCursor& at, std::optional<Nanoseconds>& out) {
  const std::size_t close = at.rest().find(']');
  if (at.front() != '[' || close == std::string_view::npos) {
    return true;
  }
  const std::string_view inside = at.rest().substr(1, close - 1);
  const auto is_of = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.';
  };
  if (inside.empty() || std::isdigit(static_cast<unsigned char>(inside.front())) == 0 ||
      std::isalpha(static_cast<unsigned char>(inside.back())) == 0 ||
      !std::ranges::all_of(inside, is_of)) {
    return true;
  }
  at.skip(1);
  const auto parsed = parse_duration(inside);
  if (!parsed) {
    return context_.expected(at, "a duration like 250ms, 5s or 2m (text begins with 'text')");
  }
  out = *parsed;
  at.skip(close);
  at.skip_blanks();
  return true;
}

bool StepParser::expect(LineCursor at, ClientIndex client, bool strict, Step& step) {
  std::optional<Nanoseconds> deadline;
  const LineCursor begin = at;
  if (!this->deadline(at, deadline)) {
    return false;
  }
  const bool is_none = at.word() == "none";
  if (strict && (is_none || at.word() == "open" || at.word() == "refused")) {
    return context_.expected(at, "a message: strict is about the order of messages");
  }
  if (is_none) {
    if (deadline) {
      return context_.fail(begin.place(), "none has a duration of its own; leave this one out");
    }
    at.take_word();
    step.kind = NoneStep{.client = client, .pattern = {}};
    return none(at, std::get<NoneStep>(step.kind));
  }
  if (at.word() == "open" || at.word() == "refused") {
    step.kind =
        ExpectOpenStep{.client = client, .refused = at.word() == "refused", .deadline = deadline};
    at.take_word();
    return expect_open(at, std::get<ExpectOpenStep>(step.kind));
  }
  std::optional<Pattern> pattern;
  Details details;
  if (!messages_.pattern(at, pattern) || !details_.details(DetailParser::About::message, details)) {
    return false;
  }
  step.kind = ExpectStep{.client = client,
                         .strict = strict,
                         .deadline = deadline,
                         .pattern = *std::move(pattern),
                         .where = std::move(details.where),
                         .asserts = std::move(details.asserts),
                         .captures = std::move(details.captures)};
  return true;
}

bool StepParser::expect_open(LineCursor at, ExpectOpenStep& out) {
  if (!at.at_end()) {
    const auto status = out.refused ? parse_integer(at.rest(), 100, 599)
                                    : Expected<std::uint64_t>(std::unexpected(Error{}));
    if (!status) {
      return context_.expected(at, out.refused ? "a status like 401" : "the end of the line");
    }
    out.status = static_cast<int>(*status);
  }
  Details details;
  if (!details_.details(DetailParser::About::opening, details)) {
    return false;
  }
  out.asserts = std::move(details.asserts);
  out.captures = std::move(details.captures);
  return true;
}

bool StepParser::none(LineCursor at, NoneStep& out) {
  if (!context_.duration(at, out.duration)) {
    return false;
  }
  return at.at_end() || messages_.pattern(at, out.pattern);
}

bool StepParser::watch(LineCursor at, bool fails) {
  const Place place = at.place();
  std::optional<ClientIndex> client;
  const auto named = std::ranges::find(test_.clients, at.word(), &Client::name);
  if (at.word() == "*") {
    at.take_word();
  } else if (named != test_.clients.end() && !named->name.empty()) {
    client = static_cast<ClientIndex>(named - test_.clients.begin());
    at.take_word();
  }
  if (fails && at.at_end()) {
    return context_.expected(at, "a pattern");
  }
  const std::size_t arrow = fails ? at.rest().size() : find_arrow(at.rest());
  if (arrow == std::string_view::npos) {
    return context_.fail(at.place(), "expected a pattern, > between blanks, and the answer");
  }
  std::optional<Pattern> pattern;
  const std::string_view before = at.rest().substr(0, arrow);
  if (!messages_.pattern(at.part(before.find_last_not_of(' ') + 1), pattern)) {
    return false;
  }
  std::optional<SendStep> reply;
  if (!fails) {
    at.skip(arrow + 2);
    at.skip_blanks();
    if (!messages_.message(at, reply.emplace())) {
      return false;
    }
  }
  test_.watches.push_back({.place = place,
                           .client = client,
                           .pattern = *std::move(pattern),
                           .reply = std::move(reply)});
  return true;
}

}  // namespace wskit::script
