// SPDX-License-Identifier: MIT
#include "core/json.h"

#include <fmt/format.h>

namespace wskit {

namespace {

/// Whether brackets open deeper than the limit, strings left out. Looked at before parsing: with a
/// callback the library goes through all of an array's elements after each object in it.
bool is_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size() && depth <= kMaxJsonDepth; ++i) {
    const char c = text[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      i += c == '\\' ? 1 : 0;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return depth > kMaxJsonDepth;
}

}  // namespace

Expected<Json> parse_json(std::string_view text) {
  if (is_too_deep(text)) {
    return fail(ErrorCode::local_limit,
                fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth));
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& e) {
    // Without the library's own "[json.exception.parse_error.101] " in front.
    const std::string_view what(e.what());
    const std::size_t prefix = what.starts_with('[') ? what.find("] ") : std::string_view::npos;
    return fail(ErrorCode::usage,
                std::string(prefix == std::string_view::npos ? what : what.substr(prefix + 2)));
  }
}

std::string dump_json(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace wskit
