// SPDX-License-Identifier: MIT
#include "script/parse_context.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/json.h"
#include "core/parse.h"
#include "script/difference.h"

namespace wskit::script {
namespace {

using Meaning = std::variant<Placeholder, std::string>;

struct Generated {
  std::string_view name;
  Placeholder::Kind kind;
};
constexpr std::array kGenerated{
    Generated{"uuid", Placeholder::Kind::uuid},
    Generated{"seq", Placeholder::Kind::sequence},
    Generated{"conn", Placeholder::Kind::connection},
    Generated{"now", Placeholder::Kind::now},
};

constexpr std::string_view kWhatStands =
    "a variable, env.NAME, uuid, seq, conn, now, rand LOW HIGH or json NAME";

/// The length of the JSON string that `text` begins with, quotes included; 0 when it does not end.
std::size_t json_string_length(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

}  // namespace

bool ParseContext::fail(const Place& place, std::string message) {
  if (!failed_) {
    failed_ = true;
    error_place_ = place;
    message_ = std::move(message);
  }
  return false;
}

bool ParseContext::expected(const LineCursor& at, std::string_view what) {
  return fail(at.place(), fmt::format("expected {}{}", what,
                                      at.at_end() ? std::string(" before the end of the line")
                                                  : fmt::format(", not {}", shown(at.rest(), 40))));
}

ScriptError ParseContext::error() const {
  return {.file = script.files[error_place_.file],
          .line = error_place_.line,
          .column = error_place_.column,
          .message = message_,
          .text = script.line(error_place_)};
}

std::uint16_t ParseContext::variable(std::string_view name) {
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) {
    return known->second;
  }
  const auto number = static_cast<std::uint16_t>(script.variables.size());
  script.variables.emplace_back(name);
  const auto given = options.variables.find(std::string(name));
  const bool is_given = given != options.variables.end();
  script.initial_values.push_back(is_given ? std::optional(given->second) : std::nullopt);
  first_use_.emplace_back();
  has_value_.push_back(is_given);
  numbers_.emplace(name, number);
  return number;
}

std::uint16_t ParseContext::assigned(std::string_view name) {
  const std::uint16_t number = variable(name);
  has_value_[number] = true;
  return number;
}

bool ParseContext::check_variables() {
  for (std::size_t i = 0; i < has_value_.size(); ++i) {
    if (has_value_[i] || !first_use_[i]) {
      continue;
    }
    const std::string& name = script.variables[i];
    return fail(*first_use_[i],
                fmt::format("nothing gives {{{{{}}}}} a value: a capture, set, or --var {}=...",
                            name, name));
  }
  return true;
}

Expected<Meaning> ParseContext::random(std::string_view bounds) {
  Placeholder placeholder{.kind = Placeholder::Kind::random};
  const char* const end = bounds.data() + bounds.size();
  const auto low = std::from_chars(bounds.data(), end, placeholder.low);
  const char* const second = std::find_if(low.ptr, end, [](char c) { return c != ' '; });
  const auto high = std::from_chars(second, end, placeholder.high);
  if (low.ec != std::errc() || high.ec != std::errc() || high.ptr != end || second == low.ptr ||
      placeholder.low > placeholder.high) {
    return wskit::fail(ErrorCode::usage, "expected rand LOW HIGH: two integers, the lower first");
  }
  return placeholder;
}

Expected<Meaning> ParseContext::look_up(std::string_view name, const Place& place, Use use) {
  if (name.starts_with("env.")) {
    const std::string variable(name.substr(4));
    auto value = options.environment ? options.environment(variable) : std::nullopt;
    if (!value) {
      return wskit::fail(ErrorCode::usage,
                         fmt::format("the environment variable {} is not set", variable));
    }
    return *std::move(value);
  }
  const bool quoted = name.starts_with("json ");
  const std::string_view bare = quoted ? name.substr(name.find_last_of(' ') + 1) : name;
  const auto* generated = std::ranges::find(kGenerated, bare, &Generated::name);
  const bool is_random = bare.starts_with("rand ");
  // A capture may be called seq: it is meant then.
  const bool is_generated =
      !numbers_.contains(bare) && (generated != kGenerated.end() || is_random);
  if (is_generated && use == Use::often && bare != "conn") {
    return wskit::fail(
        ErrorCode::usage,
        fmt::format("{{{{{}}}}} is new each time: keep it with set NAME = {{{{{}}}}} "
                    "and expect {{{{NAME}}}}",
                    bare, bare));
  }
  if (is_generated && is_random) {
    return random(bare.substr(5));
  }
  if (is_generated) {
    return Placeholder{.kind = generated->kind, .quoted = quoted};
  }
  if (bare.empty() || name_length(bare) != bare.size()) {
    return wskit::fail(ErrorCode::usage,
                       fmt::format("expected {} between {{{{ and }}}}", kWhatStands));
  }
  const std::uint16_t number = variable(bare);
  if (!first_use_[number]) {
    first_use_[number] = place;
  }
  return Placeholder{.quoted = quoted, .variable = number};
}

bool ParseContext::text(const LineCursor& at, std::string_view text, Use use, Template& out) {
  const auto look = [&](std::string_view name) {
    const auto inside = name.data() >= text.data() && name.data() <= text.data() + text.size();
    const std::size_t offset = inside ? static_cast<std::size_t>(name.data() - text.data()) : 0;
    Place place = at.place();
    place.column += static_cast<std::uint32_t>(offset);
    return look_up(name, place, use);
  };
  auto parsed = Template::parse(text, look);
  if (!parsed) {
    Place place = at.place();
    place.column += static_cast<std::uint32_t>(parsed.error().offset);
    return fail(place, parsed.error().message);
  }
  out = *std::move(parsed);
  return true;
}

bool ParseContext::duration(LineCursor& at, Nanoseconds& out) {
  const auto parsed = parse_duration(at.word());
  if (!parsed) {
    return expected(at, "a duration like 250ms, 5s or 2m");
  }
  out = *parsed;
  at.take_word();
  return true;
}

bool ParseContext::name(LineCursor& at, std::string_view what, std::string& out) {
  const std::size_t length = name_length(at.rest());
  if (length == 0) {
    return expected(at, what);
  }
  out = at.rest().substr(0, length);
  at.skip(length);
  at.skip_blanks();
  return true;
}

bool ParseContext::json_string(LineCursor& at, std::string& out) {
  if (at.front() != '"') {
    return expected(at, "a string in double quotes");
  }
  const std::size_t length = json_string_length(at.rest());
  if (length == 0) {
    return fail(at.place(), "expected a \" at the end of this string");
  }
  const auto json = parse_json(at.rest().substr(0, length));
  if (!json || !json->is_string()) {
    return fail(at.place(), fmt::format("expected a JSON string: {}",
                                        json ? "this is another value" : json.error().message));
  }
  out = json->get<std::string>();
  at.skip(length);
  at.skip_blanks();
  return true;
}

bool ParseContext::compile(const LineCursor& at, const std::string& pattern,
                           std::optional<Regex>& out) {
  auto compiled = Regex::compile(pattern);
  if (!compiled) {
    return fail(at.place(), compiled.error().message);
  }
  out.emplace(*std::move(compiled));
  return true;
}

bool ParseContext::regex(LineCursor& at, bool to_end, std::optional<Regex>& out) {
  if (at.front() == '"') {
    const LineCursor begin = at;
    std::string pattern;
    return json_string(at, pattern) && compile(begin, pattern, out);
  }
  if (at.front() != '/') {
    return expected(at, "a regular expression between slashes, like /[0-9]+/");
  }
  const std::string_view rest = at.rest();
  std::size_t close = to_end ? rest.rfind('/') : 1;
  while (!to_end && close < rest.size() && rest[close] != '/') {
    close += rest[close] == '\\' ? 2U : 1U;
  }
  if (close == 0 || close >= rest.size()) {
    return fail(at.place(), "expected a / at the end of this regular expression");
  }
  const LineCursor begin = at;
  std::string pattern(rest.substr(1, close - 1));
  at.skip(close + 1);
  const std::string_view flags = at.word();
  if (flags.find_first_not_of("imsx") != std::string_view::npos) {
    return expected(at, "the flags i, m, s or x, or nothing,");
  }
  if (!flags.empty()) {
    pattern = fmt::format("(?{}){}", flags, pattern);
  }
  at.skip(flags.size());
  at.skip_blanks();
  return compile(begin, pattern, out);
}

bool ParseContext::end(const LineCursor& at) {
  return at.at_end() || expected(at, "the end of the line");
}

}  // namespace wskit::script
