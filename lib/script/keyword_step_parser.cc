// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/parse.h"
#include "script/step_parser.h"
#include "wire/http.h"

namespace wskit::script {
namespace {

using Use = ParseContext::Use;

constexpr std::size_t kMaxBlocks = 32;
constexpr std::size_t kMaxStepNames = 10'000;

}  // namespace

bool StepParser::keyword_step(Keyword keyword, LineCursor at, std::vector<Step>& out) {
  switch (keyword) {
    case Keyword::include:
      at.take_word();
      return context_.include(at);
    case Keyword::on:
      at.take_word();
      return watch(at, false);
    case Keyword::fail:
      at.take_word();
      return at.take_if("on") ? watch(at, true) : context_.expected(at, "on and a pattern");
    default:
      break;
  }
  Step& step = out.emplace_back(Step{.place = at.place(), .at = {}, .kind = BarrierStep{}});
  return plain_step(keyword, at, step);
}

bool StepParser::plain_step(Keyword keyword, LineCursor at, Step& step) {
  const bool of_client =
      keyword == Keyword::connect || keyword == Keyword::reconnect || keyword == Keyword::http;
  if (of_client && context_.options.server) {
    return context_.fail(at.place(), "a server neither connects nor makes requests");
  }
  at.take_word();
  switch (keyword) {
    case Keyword::barrier:
      return context_.end(at);
    case Keyword::sleep:
      step.kind = SleepStep{};
      return context_.duration(at, std::get<SleepStep>(step.kind).duration) && context_.end(at);
    case Keyword::connect:
    case Keyword::reconnect:
      return connect(at, keyword == Keyword::reconnect, step);
    case Keyword::repeat:
      return repeat(at, step);
    case Keyword::unordered:
      return unordered(at, step);
    case Keyword::set:
      step.kind = SetStep{};
      return set(at, std::get<SetStep>(step.kind));
    case Keyword::http:
      step.kind = HttpStep{};
      return http(at, std::get<HttpStep>(step.kind));
    default:
      break;
  }
  if (at.at_end()) {
    return context_.expected(at, "a name for the steps that follow");
  }
  auto& names = context_.script.step_names;
  const std::string name(at.rest());
  auto found = std::ranges::find(names, name);
  if (found == names.end() && names.size() >= kMaxStepNames) {
    return context_.fail(at.place(), fmt::format("more than {} names of steps", kMaxStepNames));
  }
  if (found == names.end()) {
    found = names.insert(found, name);
  }
  step.kind = NameStep{static_cast<std::uint16_t>(found - names.begin())};
  return true;
}

bool StepParser::connect(LineCursor at, bool again, Step& step) {
  ConnectStep connect{.again = again, .directives = {}};
  LineCursor here = at;
  if (!client(here, at.rest(), connect.client) || !directives(connect.directives)) {
    return false;
  }
  if (!again) {
    test_.clients[connect.client].connects_by_step = true;
  }
  step.kind = std::move(connect);
  return true;
}

bool StepParser::repeat(LineCursor at, Step& step) {
  RepeatStep repeat;
  if (const auto count = parse_integer(at.word(), 0, 1'000'000'000'000)) {
    repeat.count = *count;
    at.take_word();
  } else if (const auto duration = parse_duration(at.word())) {
    repeat.duration = *duration;
    at.take_word();
  } else {
    return context_.expected(at, "how often, up to 1000000000000, or for how long, like 10s");
  }
  const bool good = block(at, repeat.steps);
  step.kind = std::move(repeat);
  return good;
}

bool StepParser::block(const LineCursor& at, std::vector<Step>& out) {
  if (at.rest() != "{") {
    return context_.expected(at, at.at_end() ? "{" : "{ at the end of the line");
  }
  if (depth_ == kMaxBlocks) {
    return context_.fail(at.place(),
                         fmt::format("blocks are nested more than {} deep", kMaxBlocks));
  }
  ++depth_;
  const bool good = steps(out, at.place());
  --depth_;
  return good;
}

bool StepParser::unordered(LineCursor at, Step& step) {
  std::vector<Step> members;
  const Place place = at.place();
  if (!block(at, members)) {
    return false;
  }
  UnorderedStep unordered;
  for (Step& member : members) {
    auto* const expect = std::get_if<ExpectStep>(&member.kind);
    if (expect == nullptr || expect->strict) {
      return context_.fail(member.place, "expected < and a message: nothing else can be unordered");
    }
    unordered.members.emplace_back(member.place, std::move(*expect));
  }
  if (unordered.members.empty()) {
    return context_.fail(place, "expected at least one < in this block");
  }
  step.kind = std::move(unordered);
  return true;
}

bool StepParser::set(LineCursor at, SetStep& out) {
  std::string name;
  if (!context_.name(at, "a name", name)) {
    return false;
  }
  if (!at.take_if("=")) {
    return context_.expected(at, "= and a value, like: set id = {{uuid}}");
  }
  if (!details_.value(at, out.value)) {
    return false;
  }
  out.variable = context_.assigned(name);
  return true;
}

bool StepParser::http_url(const LineCursor& at, Template& out) {
  if (!at.rest().starts_with("http://") && !at.rest().starts_with("https://") &&
      !at.rest().starts_with("{{")) {
    return context_.expected(at, "a URL: http:// or https://");
  }
  return context_.url(at, out);
}

bool StepParser::http(LineCursor at, HttpStep& out) {
  constexpr std::array<std::string_view, 6> kMethods{"GET",    "POST",  "PUT",
                                                     "DELETE", "PATCH", "HEAD"};
  if (std::ranges::find(kMethods, at.word()) == kMethods.end()) {
    return context_.expected(at, "GET, POST, PUT, PATCH, DELETE or HEAD");
  }
  out.method = at.take_word();
  if (!http_url(at, out.url)) {
    return false;
  }
  bool has_body = false;
  while (auto line = context_.lines.peek()) {
    LineCursor here = *line;
    const bool is_body = here.take_if("body");
    LineCursor value = *line;
    // "header "Name" ..." with a quote is a predicate.
    const bool is_header = !is_body && value.take_if("header") && value.front() != '"';
    if (!is_header && (!is_body || has_body || DetailParser::begins_predicate(here.rest()))) {
      break;
    }
    context_.lines.take();
    if (!(is_header ? header(value, out.headers)
                    : messages_.text_or_block(here, Use::once, out.body))) {
      return false;
    }
    has_body = has_body || is_body;
  }
  Details details;
  if (!details_.details(DetailParser::About::answer, details)) {
    return false;
  }
  out.asserts = std::move(details.asserts);
  out.captures = std::move(details.captures);
  return true;
}

}  // namespace wskit::script
