// SPDX-License-Identifier: MIT
#include "pubsub/json_text.h"

#include <algorithm>
#include <cstddef>

namespace wskit::pubsub {
namespace {

constexpr std::string_view kJsonSpaces = " \t\r\n";

std::size_t after_spaces(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kJsonSpaces, at), text.size());
}

/// The end of the string that begins at `at`, after its closing quote.
std::size_t after_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') {
      ++at;
    }
  }
  return std::min(at + 1, text.size());
}

/// The end of the object or array that begins at `at`.
std::size_t after_nested(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    at = c == '"' ? after_string(text, at) : at + 1;
    depth += c == '{' || c == '[' ? 1U : 0U;
    depth -= c == '}' || c == ']' ? 1U : 0U;
    if (depth == 0) {
      break;
    }
  }
  return at;
}

/// The end of the value that begins at `at`.
std::size_t after_value(std::string_view text, std::size_t at) {
  const char first = at < text.size() ? text[at] : '\0';
  if (first == '"') {
    return after_string(text, at);
  }
  if (first == '{' || first == '[') {
    return after_nested(text, at);
  }
  return std::min(text.find_first_of(",}", at), text.size());
}

}  // namespace

std::string_view json_member_text(std::string_view object, std::string_view name) {
  std::string_view found;
  std::size_t at = after_spaces(object, object.find('{') + 1);
  while (at < object.size() && object[at] == '"') {
    const std::size_t key_end = after_string(object, at);
    const std::string_view key = object.substr(at + 1, key_end - at - 2);
    const std::size_t value = after_spaces(object, after_spaces(object, key_end) + 1);
    const std::size_t end = after_value(object, value);
    if (key == name) {
      // Of several, the last one counts, as parse_json() has it.
      found = object.substr(value, end - value);
      found = found.substr(0, found.find_last_not_of(kJsonSpaces) + 1);
    }
    at = after_spaces(object, after_spaces(object, end) + 1);
  }
  return found;
}

}  // namespace wskit::pubsub
