// SPDX-License-Identifier: MIT
#include "script/parse_context.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/json.h"
#include "core/parse.h"
#include "script/shown.h"
#include "script/utf8_place.h"
#include "wire/uri.h"

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

constexpr std::string_view kPlaceholders =
    "a variable, env.NAME, uuid, seq, conn, now, rand LOW HIGH or json NAME";

/// As many as have a number.
constexpr std::size_t kMaxVariables = 65'535;

/// How many bytes of UTF-8 the JSON escape that `text` begins with stands for; half of a surrogate
/// pair's four each.
std::size_t escaped_bytes(std::string_view text) {
  if (!text.starts_with("\\u") || text.size() < 6) {
    return 1;
  }
  unsigned code = 0;
  std::from_chars(text.data() + 2, text.data() + 6, code, 16);
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  return code < 0x80 ? 1 : code < 0x800 || is_surrogate ? 2 : 3;
}

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

Place WrittenText::place(std::size_t offset) const {
  const auto after = std::ranges::upper_bound(parts, offset, {}, &Part::offset);
  const Part& part = after == parts.begin() ? parts.front() : *std::prev(after);
  Place place = part.place;
  place.column += static_cast<std::uint32_t>(offset - part.offset);
  return place;
}

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
  if (numbers_.size() >= kMaxVariables) {
    (void)fail(lines.taken(), fmt::format("more than {} variables", kMaxVariables));
    return 0;
  }
  const auto number = static_cast<std::uint16_t>(script.variables.size());
  script.variables.emplace_back(name);
  const auto given = options.variables.find(std::string(name));
  const bool is_given = given != options.variables.end();
  script.initial_values.push_back(is_given ? std::optional(given->second) : std::nullopt);
  first_use_.emplace_back();
  has_value_.push_back(is_given);
  given_somewhere_.push_back(false);
  numbers_.emplace(name, number);
  return number;
}

std::uint16_t ParseContext::assigned(std::string_view name) {
  const std::uint16_t number = variable(name);
  if (in_test_ && !has_value_[number]) {
    assigned_here_.push_back(number);
  }
  has_value_[number] = true;
  return number;
}

void ParseContext::begin_test() {
  in_test_ = true;
}

bool ParseContext::end_test() {
  in_test_ = false;
  for (const auto& [number, place] : used_here_) {
    if (!has_value_[number]) {
      return no_value(number, place);
    }
  }
  used_here_.clear();
  for (const std::uint16_t number : assigned_here_) {
    has_value_[number] = false;
    given_somewhere_[number] = true;
  }
  assigned_here_.clear();
  return true;
}

bool ParseContext::check_variables() {
  for (std::size_t i = 0; i < has_value_.size(); ++i) {
    if (!has_value_[i] && !given_somewhere_[i] && first_use_[i]) {
      return no_value(static_cast<std::uint16_t>(i), *first_use_[i]);
    }
  }
  return true;
}

bool ParseContext::no_value(std::uint16_t variable, const Place& place) {
  const std::string& name = script.variables[variable];
  return fail(place,
              fmt::format("nothing gives {{{{{}}}}} a value here: a capture, set, or --var {}=...",
                          name, name));
}

bool ParseContext::include(const LineCursor& at) {
  if (const auto included = lines.include(at.rest()); !included) {
    return fail(at.place(), included.error().message);
  }
  const auto file = static_cast<std::uint16_t>(script.files.size() - 1);
  for (std::size_t i = 0; i < script.lines[file].size(); ++i) {
    if (const auto bad = find_bad_utf8(script.lines[file][i])) {
      return fail({.file = file,
                   .line = static_cast<std::uint32_t>(i + 1),
                   .column = static_cast<std::uint32_t>(*bad + 1)},
                  std::string(kNotUtf8));
    }
  }
  return true;
}

Expected<Meaning> ParseContext::random(std::string_view bounds, bool quoted) {
  Placeholder placeholder{.kind = Placeholder::Kind::random, .quoted = quoted};
  bounds.remove_prefix(std::min(bounds.find_first_not_of(' '), bounds.size()));
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

Expected<Meaning> ParseContext::environment(std::string_view name, bool quoted) {
  const std::string variable(name);
  if (variable.empty()) {
    return wskit::fail(ErrorCode::usage, "expected the name of an environment variable: env.NAME");
  }
  auto value = options.environment ? options.environment(variable) : std::nullopt;
  if (!value && options.any_environment) {
    return Placeholder{.quoted = quoted, .variable = assigned("env." + variable)};
  }
  if (!value) {
    return wskit::fail(ErrorCode::usage,
                       fmt::format("the environment variable {} is not set", variable));
  }
  return quoted ? dump_json(Json(*value)) : *value;
}

Expected<Meaning> ParseContext::look_up(std::string_view name, const Place& place, Use use) {
  const bool quoted = name.starts_with("json ");
  std::string_view bare = quoted ? name.substr(5) : name;
  bare.remove_prefix(std::min(bare.find_first_not_of(" \t"), bare.size()));
  if (bare.starts_with("env.")) {
    return environment(bare.substr(4), quoted);
  }
  const auto* generated = std::ranges::find(kGenerated, bare, &Generated::name);
  const bool is_random = bare == "rand" || bare.starts_with("rand ");
  // A capture may be called seq: it is meant then.
  const auto known = numbers_.find(bare);
  const bool is_variable = known != numbers_.end() && has_value_[known->second];
  const bool is_generated = !is_variable && (generated != kGenerated.end() || is_random);
  if (is_generated && use == Use::often && bare != "conn") {
    return wskit::fail(
        ErrorCode::usage,
        fmt::format("{{{{{}}}}} is new each time: keep it with set NAME = {{{{{}}}}} "
                    "and expect {{{{NAME}}}}",
                    bare, bare));
  }
  if (is_generated && is_random) {
    return random(bare.substr(4), quoted);
  }
  if (is_generated) {
    return Placeholder{.kind = generated->kind, .quoted = quoted};
  }
  if (bare.empty() || name_length(bare) != bare.size()) {
    return wskit::fail(ErrorCode::usage,
                       fmt::format("expected {} between {{{{ and }}}}", kPlaceholders));
  }
  const std::uint16_t number = variable(bare);
  if (in_test_) {
    used_here_.emplace_back(number, place);
  } else if (!first_use_[number]) {
    first_use_[number] = place;
  }
  return Placeholder{.quoted = quoted, .variable = number};
}

bool ParseContext::text(const LineCursor& at, std::string_view text, Use use, Template& out) {
  return this->text({.text = std::string(text), .parts = {{.offset = 0, .place = at.place()}}}, use,
                    out);
}

bool ParseContext::text(const WrittenText& written, Use use, Template& out) {
  const std::string_view text = written.text;
  const auto look = [&](std::string_view name) {
    const auto offset = name.empty() ? 0 : static_cast<std::size_t>(name.data() - text.data());
    return look_up(name, written.place(offset), use);
  };
  auto parsed = Template::parse(text, look);
  if (!parsed) {
    return fail(written.place(parsed.error().offset), parsed.error().message);
  }
  out = *std::move(parsed);
  return !failed_;
}

bool ParseContext::url(const LineCursor& at, Template& out) {
  if (!text(at, at.rest(), Use::once, out)) {
    return false;
  }
  const std::string* const literal = out.literal();
  if (literal == nullptr) {
    return true;
  }
  const bool of_http = literal->starts_with("http");
  const auto uri = wire::parse_uri(of_http ? "ws" + literal->substr(4) : *literal);
  if (uri) {
    return true;
  }
  std::string why = uri.error().message;
  if (const std::size_t scheme = why.find("ws://"); of_http && scheme != std::string::npos) {
    why.replace(scheme, 2, "http");
  }
  return fail(at.place(), fmt::format("expected a URL: {}", why));
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

bool ParseContext::json_string(LineCursor& at, WrittenText& out) {
  const LineCursor begin = at;
  if (!json_string(at, out.text)) {
    return false;
  }
  out.parts.push_back({.offset = 0, .place = begin.place_behind(1)});
  const std::string_view raw = begin.rest();
  std::size_t offset = 0;
  for (std::size_t i = 1; i < json_string_length(raw) - 1;) {
    const bool escape = raw[i] == '\\';
    offset += escape ? escaped_bytes(raw.substr(i)) : 1;
    i += !escape ? 1U : raw[i + 1] == 'u' ? 6U : 2U;
    if (escape) {
      out.parts.push_back({.offset = offset, .place = begin.place_behind(i)});
    }
  }
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
    return expected(at, "the flags i, m, s or x");
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
