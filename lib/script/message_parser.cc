// SPDX-License-Identifier: MIT
#include "script/message_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/base64.h"
#include "script/json_mistake.h"
#include "wire/utf8.h"

namespace wskit::script {
namespace {

using Use = ParseContext::Use;

constexpr std::string_view kQuotes = "\"\"\"";
/// Stands for a placeholder where only the form of JSON is looked at.
constexpr std::string_view kNoJson = "0";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::size_t indentation(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? line.size() : first;
}

std::string_view trimmed_end(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t") + 1);
}

}  // namespace

bool MessageParser::hex(LineCursor& at, Template& out) {
  std::string bytes;
  while (!at.at_end()) {
    const std::string_view rest = at.rest();
    const int high = hex_digit(rest[0]);
    const int low = rest.size() > 1 ? hex_digit(rest[1]) : -1;
    if (high < 0 || low < 0) {
      return context_.expected(at, "pairs of hexadecimal digits, like 00 ff");
    }
    bytes += static_cast<char>(high * 16 + low);
    at.skip(2);
    at.skip_blanks();
  }
  out = Template::of_literal(std::move(bytes));
  return true;
}

bool MessageParser::base64(LineCursor& at, Template& out) {
  auto bytes = base64_decode(at.rest());
  if (!bytes) {
    return context_.expected(at, "base64 (RFC 4648)");
  }
  out = Template::of_literal(std::move(*bytes));
  at.skip(at.rest().size());
  return true;
}

bool MessageParser::string(LineCursor& at, Template& out) {
  std::string text;
  if (!context_.json_string(at, text) || !context_.end(at)) {
    return false;
  }
  out = Template::of_literal(std::move(text));
  return true;
}

bool MessageParser::file(LineCursor& at, MessageType type, Template& out) {
  if (at.at_end()) {
    return context_.expected(at, "the path of a file");
  }
  auto content = context_.lines.read(at.rest());
  if (!content) {
    return context_.fail(at.place(), content.error().message);
  }
  if (type == MessageType::text && !wire::is_utf8(*content)) {
    return context_.fail(at.place(),
                         "expected a file of UTF-8 text; binary file sends and expects any");
  }
  out = Template::of_literal(*std::move(content));
  at.skip(at.rest().size());
  return true;
}

bool MessageParser::block(LineCursor& at, WrittenText& out) {
  const Place begin = at.place();
  at.skip(kQuotes.size());
  at.skip_blanks();
  if (!context_.end(at)) {
    return false;
  }
  std::vector<std::pair<Place, std::string_view>> lines;
  while (true) {
    const Place place = context_.lines.place();
    const auto line = context_.lines.take_verbatim();
    if (!line) {
      return context_.fail(begin, "expected a line of \"\"\" at the end of this block");
    }
    if (trimmed_end(line->substr(indentation(*line))) != kQuotes) {
      lines.emplace_back(place, *line);
      continue;
    }
    for (auto& [where, text] : lines) {
      const std::size_t cut = std::min(indentation(text), indentation(*line));
      out.text += out.parts.empty() ? "" : "\n";
      out.parts.push_back({.offset = out.text.size(), .place = where});
      out.parts.back().place.column += static_cast<std::uint32_t>(cut);
      out.text += text.substr(cut);
    }
    if (lines.empty()) {
      out.parts.push_back({.offset = 0, .place = begin});
    }
    return true;
  }
}

bool MessageParser::written(LineCursor& at, WrittenText& out) {
  if (at.rest().starts_with(kQuotes)) {
    return block(at, out);
  }
  out = {.text = std::string(at.rest()), .parts = {{.offset = 0, .place = at.place()}}};
  at.skip(at.rest().size());
  return true;
}

bool MessageParser::text_or_block(LineCursor& at, Use use, Template& out) {
  WrittenText text;
  return written(at, text) && context_.text(text, use, out);
}

bool MessageParser::control(LineCursor& at, Use use, Template& out) {
  const LineCursor begin = at;
  if (!content(at, use, out)) {
    return false;
  }
  const std::string* const literal = out.literal();
  return literal == nullptr || literal->size() <= wire::kMaxControlPayload ||
         context_.fail(begin.place(), fmt::format("expected at most {} bytes (RFC 6455 5.5)",
                                                  wire::kMaxControlPayload));
}

bool MessageParser::content(LineCursor& at, Use use, Template& out) {
  bool good = false;
  if (at.take_if("hex")) {
    good = hex(at, out);
  } else if (at.take_if("b64")) {
    good = base64(at, out);
  } else if (at.take_if("string")) {
    good = string(at, out);
  } else {
    at.take_if("text");
    good = context_.text(at, at.rest(), use, out);
  }
  return good;
}

bool MessageParser::body(LineCursor& at, Use use, Body& out, bool& known) {
  known = true;
  const LineCursor begin = at;
  if (at.rest().starts_with(kQuotes)) {
    return text_or_block(at, use, out.payload);
  }
  if (at.take_if("text")) {
    return text_or_block(at, use, out.payload);
  }
  bool good = false;
  if (at.take_if("string")) {
    good = string(at, out.payload);
  } else if (at.take_if("hex")) {
    out.type = MessageType::binary;
    good = hex(at, out.payload);
  } else if (at.take_if("b64")) {
    out.type = MessageType::binary;
    good = base64(at, out.payload);
  } else if (at.take_if("file")) {
    good = file(at, MessageType::text, out.payload);
  } else if (at.take_if("binary") && at.take_if("file")) {
    out.type = MessageType::binary;
    good = file(at, MessageType::binary, out.payload);
  } else {
    at = begin;
    known = false;
    return true;
  }
  return good;
}

bool MessageParser::json(LineCursor& at, Use use, Pattern::JsonValue& out) {
  if (at.at_end()) {
    return context_.expected(at, "a JSON value");
  }
  WrittenText text;
  if (!written(at, text) || !context_.text(text, use, out.text)) {
    return false;
  }
  const std::string form = out.text.render_with(kNoJson);
  if (const auto mistake = find_json_mistake(form)) {
    // Behind a placeholder, offsets are others than in the script.
    const bool exact = text.text.find("{{") >= mistake->offset;
    return context_.fail(text.place(exact ? mistake->offset : 0),
                         fmt::format("expected JSON: {}", mistake->message));
  }
  auto value = parse_json(form);
  if (value && !out.text.has_placeholder()) {
    out.value = *std::move(value);
  }
  return true;
}

bool MessageParser::close_code(LineCursor& at, std::optional<wire::CloseCode>& out) {
  if (at.at_end()) {
    return true;
  }
  std::uint16_t code = 0;
  const std::string_view word = at.word();
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), code);
  if (error != std::errc() || end != word.data() + word.size() ||
      !wire::allowed_on_wire(static_cast<wire::CloseCode>(code))) {
    return context_.expected(at, "a close code: 1000-1003, 1007-1014 or 3000-4999");
  }
  out = static_cast<wire::CloseCode>(code);
  at.take_word();
  return true;
}

bool MessageParser::close(LineCursor& at, SendStep& out) {
  std::optional<wire::CloseCode> code;
  if (!close_code(at, code)) {
    return false;
  }
  const LineCursor reason = at;
  out.code = code.value_or(wire::CloseCode::no_status);
  const bool quoted = at.take_if("string");
  if (!quoted) {
    at.take_if("text");
  }
  if (!(quoted ? string(at, out.payload) : text_or_block(at, Use::once, out.payload))) {
    return false;
  }
  const std::string* const literal = out.payload.literal();
  if (literal != nullptr && literal->size() > wire::kMaxCloseReason) {
    return context_.fail(reason.place(), fmt::format("expected a reason of at most {} bytes",
                                                     wire::kMaxCloseReason));
  }
  return true;
}

bool MessageParser::message(LineCursor at, SendStep& out) {
  Body written;
  bool known = false;
  if (!body(at, Use::once, written, known)) {
    return false;
  }
  if (known) {
    out.type = written.type;
    out.payload = std::move(written.payload);
    return true;
  }
  for (const MessageType type : {MessageType::ping, MessageType::pong}) {
    if (at.take_if(name(type))) {
      out.type = type;
      return control(at, Use::once, out.payload);
    }
  }
  if (at.take_if("close")) {
    out.type = MessageType::close;
    return close(at, out);
  }
  if (at.take_if("raw")) {
    out.raw = true;
    return at.at_end() ? context_.expected(at, "bytes: hex 81 05, string \"...\" or text")
                       : content(at, Use::once, out.payload);
  }
  if (at.take_if("json")) {
    Pattern::JsonValue value;
    if (!json(at, Use::once, value)) {
      return false;
    }
    out.payload = value.value ? Template::of_literal(dump_json(*value.value)) : value.text;
    return true;
  }
  return text_or_block(at, Use::once, out.payload);
}

bool MessageParser::control_pattern(LineCursor& at, MessageType type, std::optional<Pattern>& out) {
  Pattern::Control control{.type = type};
  if (type == MessageType::close && !close_code(at, control.code)) {
    return false;
  }
  if (!at.at_end() && !this->control(at, Use::often, control.payload.emplace())) {
    return false;
  }
  out.emplace(std::move(control));
  return true;
}

bool MessageParser::regex_pattern(LineCursor& at, std::optional<Pattern>& out) {
  std::optional<Regex> regex;
  if (!context_.regex(at, true, regex) || !context_.end(at)) {
    return false;
  }
  Pattern::Match match{.regex = *std::move(regex), .captures = {}};
  for (const Regex::NamedGroup& group : match.regex.named_groups()) {
    match.captures.emplace_back(group.number, context_.assigned(group.name));
  }
  out.emplace(std::move(match));
  return true;
}

bool MessageParser::pattern(LineCursor at, std::optional<Pattern>& out) {
  Body written;
  bool known = false;
  if (!body(at, Use::often, written, known)) {
    return false;
  }
  if (known) {
    out.emplace(Pattern::Exact{written.type, std::move(written.payload)});
    return true;
  }
  for (const MessageType type : {MessageType::ping, MessageType::pong, MessageType::close}) {
    if (at.take_if(name(type))) {
      return control_pattern(at, type, out);
    }
  }
  const bool equal = at.word() == "json=";
  if (equal || at.word() == "json") {
    at.take_word();
    Pattern::JsonValue value{.text = {}, .value = {}, .subset = !equal};
    const bool good = json(at, Use::often, value);
    out.emplace(std::move(value));
    return good;
  }
  if (at.word().starts_with("json=")) {
    return context_.expected(at, "a blank behind json= (text begins with 'text')");
  }
  if (at.take_if("~")) {
    return regex_pattern(at, out);
  }
  if (at.take_if("*") || at.take_if("glob")) {
    Pattern::Glob glob;
    const bool good = at.at_end() ? context_.expected(at, "a pattern like *done*")
                                  : text_or_block(at, Use::often, glob.text);
    out.emplace(std::move(glob));
    return good;
  }
  if (at.word() == "any") {
    at.take_word();
    out.emplace(Pattern::Any{});
    return context_.end(at);
  }
  Pattern::Exact exact;
  const bool good = text_or_block(at, Use::often, exact.payload);
  out.emplace(std::move(exact));
  return good;
}

}  // namespace wskit::script
