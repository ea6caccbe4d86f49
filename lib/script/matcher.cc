// SPDX-License-Identifier: MIT
#include "script/matcher.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"

namespace wskit::script {
namespace {

constexpr std::string_view kForms = "write text:..., re:REGEX, json:{...} or ptr:/MEMBER=VALUE";

}  // namespace

bool is_subset(const Json& part, const Json& whole) {
  if (part.is_object() && whole.is_object()) {
    return std::ranges::all_of(part.items(), [&whole](const auto& member) {
      const auto found = whole.find(member.key());
      return found != whole.end() && is_subset(member.value(), *found);
    });
  }
  if (part.is_array() && whole.is_array()) {
    return part.size() == whole.size() &&
           std::equal(part.begin(), part.end(), whole.begin(), is_subset);
  }
  return part == whole;
}

bool is_equal(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) {
    return a.size() == b.size() && std::ranges::all_of(a.items(), [&b](const auto& member) {
             const auto found = b.find(member.key());
             return found != b.end() && is_equal(member.value(), *found);
           });
  }
  if (a.is_array() && b.is_array()) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), is_equal);
  }
  return a == b;
}

Expected<Matcher> Matcher::parse_pointer(std::string_view text, std::string_view pointer) {
  const std::size_t equals = pointer.find('=');
  Pointer kind;
  try {
    kind.pointer = Json::json_pointer(std::string(pointer.substr(0, equals)));
  } catch (const Json::exception&) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not a JSON pointer (RFC 6901); write ptr:/MEMBER=VALUE",
                            escape(pointer.substr(0, equals))));
  }
  if (equals != std::string_view::npos) {
    kind.literal = pointer.substr(equals + 1);
    const auto json = parse_json(kind.literal);
    kind.value = json ? *json : Json(kind.literal);
  }
  return Matcher(text, std::move(kind));
}

Expected<Matcher> Matcher::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  const std::string_view rest =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (colon != std::string_view::npos && kind == "text") {
    return Matcher(text, Equal{std::string(rest)});
  }
  if (colon != std::string_view::npos && kind == "re") {
    auto regex = Regex::compile(rest);
    if (!regex) {
      return std::unexpected(regex.error());
    }
    return Matcher(text, std::move(*regex));
  }
  if (colon != std::string_view::npos && kind == "json") {
    auto part = parse_json(rest);
    if (!part) {
      return fail(ErrorCode::usage,
                  fmt::format("'{}' is not JSON: {}", escape(rest), part.error().message));
    }
    return Matcher(text, Subset{std::move(*part)});
  }
  if (colon != std::string_view::npos && kind == "ptr") {
    return parse_pointer(text, rest);
  }
  return fail(ErrorCode::usage, fmt::format("'{}' is not a match; {}", escape(text), kForms));
}

Expected<bool> Matcher::matches(std::string_view payload) const {
  if (const auto* equal = std::get_if<Equal>(&kind_)) {
    return payload == equal->payload;
  }
  if (const auto* regex = std::get_if<Regex>(&kind_)) {
    return regex->find(payload);
  }
  const auto json = parse_json(payload);
  if (!json) {
    return false;
  }
  if (const auto* subset = std::get_if<Subset>(&kind_)) {
    return is_subset(subset->part, *json);
  }
  const auto& pointer = std::get<Pointer>(kind_);
  if (!json->contains(pointer.pointer)) {
    return false;
  }
  const Json& found = json->at(pointer.pointer);
  return !pointer.value || found == *pointer.value ||
         (found.is_string() && found.get_ref<const std::string&>() == pointer.literal);
}

Expected<WaitFor> parse_wait(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!text.empty() && std::ranges::all_of(text, is_digit)) {
    const auto count = parse_integer(text, 1, std::numeric_limits<std::int64_t>::max());
    if (!count) {
      return fail(ErrorCode::usage,
                  fmt::format("'{}' is not a number of messages: at least 1", escape(text)));
    }
    return *count;
  }
  if (!text.empty() && is_digit(text.front())) {
    const auto duration = parse_duration(text);
    if (!duration) {
      return std::unexpected(duration.error());
    }
    return *duration;
  }
  auto matcher = Matcher::parse(text);
  if (!matcher) {
    return fail(ErrorCode::usage,
                text.find(':') == std::string_view::npos
                    ? fmt::format("'{}' is neither a number of replies, nor a time like 5s; {}",
                                  escape(text), kForms)
                    : matcher.error().message);
  }
  return *std::move(matcher);
}

}  // namespace wskit::script
