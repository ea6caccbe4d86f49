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

std::string names(const Test& test) {
  std::string list;
  for (const Client& client : test.clients) {
    list += (list.empty() ? "" : ", ") + client.name;
  }
  return list;
}

}  // namespace

bool StepParser::client(LineCursor& at, std::string_view name, ClientIndex& out) {
  if (test_.clients.empty()) {
    test_.clients.emplace_back();  // The one without a name.
  }
  const auto found = std::ranges::find(test_.clients, name, &Client::name);
  if (found != test_.clients.end()) {
    out = static_cast<ClientIndex>(found - test_.clients.begin());
    return true;
  }
  const bool named = !test_.clients.front().name.empty();
  if (name.empty()) {
    return context_.expected(at, fmt::format("which client does this: {}", names(test_)));
  }
  return context_.fail(
      at.place(), named
                      ? fmt::format("expected one of the clients of this test: {}", names(test_))
                      : fmt::format("expected > or <, or 'client {}' above the first step", name));
}

bool StepParser::only_client(const LineCursor& at, ClientIndex& out) {
  LineCursor here = at;
  return client(here, {}, out);
}

bool StepParser::header(LineCursor at, std::vector<Directives::Header>& out) {
  const std::size_t colon = at.rest().find(':');
  if (colon == std::string_view::npos || colon == 0 ||
      !wire::is_token(at.rest().substr(0, colon))) {
    return context_.expected(at, "a header like Name: value");
  }
  Directives::Header& header = out.emplace_back();
  header.name = at.rest().substr(0, colon);
  at.skip(colon + 1);
  at.skip_blanks();
  return context_.text(at, at.rest(), Use::once, header.value);
}

bool StepParser::directive(Keyword keyword, LineCursor at, Directives& out) {
  const bool for_server =
      keyword == Keyword::answer || keyword == Keyword::accept || keyword == Keyword::no_pong;
  if (for_server && !context_.options.server) {
    return context_.fail(at.place(), "this is for servers: wskit serve script");
  }
  if (at.at_end()) {
    return context_.expected(at, form_of(keyword));
  }
  switch (keyword) {
    case Keyword::url:
      return context_.text(at, at.rest(), Use::once, out.url.emplace());
    case Keyword::header:
      return header(at, out.headers);
    case Keyword::timeout:
      return context_.duration(at, out.timeout.emplace()) && context_.end(at);
    case Keyword::answer: {
      const auto status = parse_integer(at.rest(), 200, 599);
      if (!status) {
        return context_.expected(at, "a status between 200 and 599");
      }
      out.answer_status = static_cast<int>(*status);
      return true;
    }
    case Keyword::accept:
      out.accept = std::string(at.rest());
      return true;
    case Keyword::no_pong:
      out.no_pong = true;
      return at.take_if("pong") ? context_.end(at) : context_.expected(at, "no pong");
    default:
      break;
  }
  for (std::string_view rest = at.rest(); !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view token = rest.substr(0, comma);
    token = token.substr(0, token.find_last_not_of(' ') + 1);
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
    if (!wire::is_token(token)) {
      return context_.expected(at, "subprotocols like chat.v2, chat.v1");
    }
    out.subprotocols.emplace_back(token);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return true;
}

bool StepParser::directives(Directives& out) {
  while (auto at = context_.lines.peek()) {
    const auto keyword = find_keyword(at->word());
    if (!keyword || !is_directive(*keyword)) {
      return true;
    }
    context_.lines.take();
    at->take_word();
    if (!directive(*keyword, *at, out)) {
      return false;
    }
  }
  return true;
}

bool StepParser::clients(LineCursor at) {
  const std::size_t first = test_.clients.size();
  while (true) {
    std::string name;
    const LineCursor here = at;
    if (!context_.name(at, "names like a, b", name)) {
      return false;
    }
    if (std::ranges::find(test_.clients, name, &Client::name) != test_.clients.end()) {
      return context_.fail(here.place(), fmt::format("there is a client {} already", name));
    }
    if (name == "strict" || find_keyword(name)) {
      return context_.fail(here.place(),
                           fmt::format("'{}' is a word of scripts; name it otherwise", name));
    }
    test_.clients.push_back({.name = std::move(name), .directives = {}});
    if (at.at_end()) {
      break;
    }
    if (at.front() != ',') {
      return context_.expected(at, "a comma and another name, or the end of the line");
    }
    at.skip(1);
    at.skip_blanks();
  }
  Directives own;
  if (!directives(own)) {
    return false;
  }
  for (std::size_t i = first; i < test_.clients.size(); ++i) {
    test_.clients[i].directives = own;
  }
  return true;
}

bool StepParser::steps(std::vector<Step>& out, bool in_block) {
  while (auto at = context_.lines.peek()) {
    const auto keyword = find_keyword(at->word());
    if (at->rest() == "}") {
      if (!in_block) {
        return context_.fail(at->place(), "expected a step; no block is open here");
      }
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
  return !in_block || context_.fail(context_.lines.place(), "expected } at the end of this block");
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
  if (!keyword || is_directive(*keyword)) {
    return context_.expected(at, kWhatSteps);
  }
  const std::size_t before = out.size();
  at.take_word();
  const bool good = keyword_step(*keyword, at, out);
  if (good && time && out.size() > before) {
    out[before].at = time;
  }
  return good;
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

bool StepParser::expect(LineCursor at, ClientIndex client, bool strict, Step& step) {
  std::optional<Nanoseconds> deadline;
  const std::size_t close = at.rest().find(']');
  if (at.front() == '[' && close != std::string_view::npos) {
    const std::string_view inside = at.rest().substr(1, close - 1);
    const bool has_unit = !inside.empty() && std::isalpha(inside.back()) != 0;
    const auto parsed = parse_duration(inside);
    if (has_unit && parsed) {
      deadline = *parsed;
      at.skip(close + 1);
      at.skip_blanks();
    }
  }
  if (at.word() == "none" && !strict) {
    at.take_word();
    step.kind = NoneStep{.client = client, .pattern = {}};
    return none(at, std::get<NoneStep>(step.kind));
  }
  if ((at.word() == "open" || at.word() == "refused") && !strict) {
    step.kind =
        ExpectOpenStep{.client = client, .refused = at.word() == "refused", .deadline = deadline};
    at.take_word();
    return expect_open(at, std::get<ExpectOpenStep>(step.kind));
  }
  std::optional<Pattern> pattern;
  Details details;
  if (!messages_.pattern(at, pattern) || !details_.details(details)) {
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
  if (!details_.details(details)) {
    return false;
  }
  if (!details.where.empty()) {
    return context_.fail(details.where.front().first, "where selects messages; leave it out here");
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
