// SPDX-License-Identifier: MIT
#include "script/json_path_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/json.h"
#include "script/shown.h"
#include "wire/utf8.h"

namespace wskit::script::json_path {
namespace {

/// RFC 7493 2.2, which RFC 9535 2.1 takes for indices: exact in any JSON implementation.
constexpr std::int64_t kMostIndex = (std::int64_t{1} << 53) - 1;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_singular(const Segment& segment) {
  const Selector& first = segment.selectors.front();
  return !segment.descendant && segment.selectors.size() == 1 &&
         (std::holds_alternative<std::string>(first) ||
          std::holds_alternative<std::int64_t>(first));
}

}  // namespace

bool Parser::mistake(std::size_t at, std::string_view what) {
  if (mistake_.empty()) {
    mistake_ = fmt::format("JSONPath '{}', at offset {}: {}", shown_pattern(text_), at, what);
  }
  return false;
}

std::string Parser::found() const {
  if (at_end()) {
    return "the end";
  }
  std::size_t end = at_ + 1;
  while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0U) == 0x80U) {
    ++end;
  }
  return fmt::format("'{}'", escape(text_.substr(at_, end - at_)));
}

bool Parser::expected(std::string_view what) {
  return mistake(at_, fmt::format("expected {}, found {}", what, found()));
}

bool Parser::take(std::string_view token) {
  if (!text_.substr(at_).starts_with(token)) {
    return false;
  }
  at_ += token.size();
  return true;
}

void Parser::skip_spaces() {
  at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size());
}

std::size_t Parser::name_end() const {
  std::size_t end = at_;
  while (end < text_.size() && (starts_name(text_[end]) || (end > at_ && is_digit(text_[end])))) {
    ++end;
  }
  return end;
}

Expected<Query> Parser::parse() {
  Query query;
  bool good = wire::is_utf8(text_) || mistake(0, "it is not UTF-8");
  good = good && (take("$") || expected("'$'")) && parse_segments(query);
  if (good && !at_end()) {
    good = expected("'.', '..', '[' or the end");
  }
  if (!good) {
    return fail(ErrorCode::usage, std::move(mistake_));
  }
  return query;
}

bool Parser::parse_segments(Query& query) {
  for (;;) {
    const std::size_t before = at_;
    skip_spaces();
    if (peek() != '.' && peek() != '[') {
      at_ = before;  // White space belongs to a path only between its parts.
      return true;
    }
    if (!parse_segment(query)) {
      return false;
    }
  }
}

bool Parser::parse_segment(Query& query) {
  Segment segment;
  segment.descendant = take("..");
  const bool dotted = segment.descendant || take(".");
  const bool brackets = (segment.descendant || !dotted) && peek() == '[';
  if (brackets ? !parse_selectors(segment) : !parse_name_or_wildcard(segment)) {
    return false;
  }
  query.is_singular = query.is_singular && is_singular(segment);
  query.segments.push_back(std::move(segment));
  return true;
}

bool Parser::parse_name_or_wildcard(Segment& segment) {
  if (take("*")) {
    segment.selectors.emplace_back(Wildcard{});
    return true;
  }
  const std::size_t end = name_end();
  if (end == at_) {
    return expected(segment.descendant ? "a name, '*' or '['" : "a name or '*'");
  }
  segment.selectors.emplace_back(std::string(text_.substr(at_, end - at_)));
  at_ = end;
  return true;
}

bool Parser::parse_selectors(Segment& segment) {
  ++at_;  // The bracket.
  do {
    skip_spaces();
    if (!parse_selector(segment)) {
      return false;
    }
    skip_spaces();
  } while (take(","));
  return take("]") || expected("',' or ']'");
}

bool Parser::parse_selector(Segment& segment) {
  const char first = peek();
  if (first == '\'' || first == '"') {
    return parse_string(segment.selectors.emplace_back().emplace<std::string>());
  }
  if (take("*")) {
    segment.selectors.emplace_back(Wildcard{});
    return true;
  }
  if (take("?")) {
    skip_spaces();
    return parse_any_of(segment.selectors.emplace_back().emplace<Expression>());
  }
  if (first == '-' || first == ':' || is_digit(first)) {
    return parse_index_or_slice(segment);
  }
  return expected("a name in quotes, an index, a slice, '*' or a filter '?...'");
}

bool Parser::parse_index_or_slice(Segment& segment) {
  Slice slice;
  if (peek() != ':') {
    if (!parse_integer(slice.start.emplace())) {
      return false;
    }
    const std::size_t after = at_;
    skip_spaces();
    if (peek() != ':') {
      at_ = after;
      segment.selectors.emplace_back(*slice.start);
      return true;
    }
  }
  const auto at_number = [this] {
    skip_spaces();
    return peek() == '-' || is_digit(peek());
  };
  ++at_;  // The colon.
  if (at_number() && !parse_integer(slice.end.emplace())) {
    return false;
  }
  skip_spaces();
  if (take(":") && at_number() && !parse_integer(slice.step)) {
    return false;
  }
  segment.selectors.emplace_back(slice);
  return true;
}

bool Parser::parse_integer(std::int64_t& number) {
  const std::size_t begin = at_;
  std::size_t end = text_.find_first_not_of("0123456789", at_ + (peek() == '-' ? 1U : 0U));
  end = std::min(end, text_.size());
  const std::string_view digits = text_.substr(begin, end - begin);
  const bool leading_zero = digits.starts_with("-0") || (digits.starts_with("0") && digits != "0");
  const auto [stop, error] = std::from_chars(digits.begin(), digits.end(), number);
  const bool in_range = error == std::errc() && number <= kMostIndex && number >= -kMostIndex;
  if (digits == "-" || leading_zero) {
    return mistake(begin, "expected an integer without a leading zero");
  }
  if (!in_range || stop != digits.end()) {
    return mistake(begin, "expected an integer within 2^53 - 1 of zero");
  }
  at_ = end;
  return true;
}

// Rewritten as a string of JSON, whose escapes and limits it shares.
bool Parser::parse_string(std::string& out) {
  const std::size_t begin = at_;
  const char quote = text_[at_++];
  std::string json = "\"";
  while (!at_end() && peek() != quote) {
    const char c = text_[at_++];
    if (c == '"') {
      json += "\\\"";
    } else if (c == '\\' && quote == '\'' && peek() == '\'') {
      json += text_[at_++];
    } else if (c == '\\' && !at_end()) {
      // In single quotes a double one needs no escape, and RFC 9535 allows none.
      json += quote == '\'' && peek() == '"' ? std::string_view("\\'") : text_.substr(at_ - 1, 2);
      ++at_;
    } else {
      json += c;
    }
  }
  if (at_end()) {
    return expected(fmt::format("{} to end the string", quote));
  }
  ++at_;
  const auto parsed = parse_json(json + '"');
  if (!parsed) {
    return mistake(begin, "expected a string with the escapes of JSON and no control characters");
  }
  out = parsed->get_ref<const std::string&>();
  return true;
}

}  // namespace wskit::script::json_path
