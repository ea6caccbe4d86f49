// SPDX-License-Identifier: MIT
#include "core/json.h"

#include <fmt/format.h>

namespace wskit {

Expected<Json> parse_json(std::string_view text) {
  bool too_deep = false;
  const auto watch_depth = [&too_deep](int depth, Json::parse_event_t event, Json&) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && static_cast<std::size_t>(depth) >= kMaxJsonDepth) {
      too_deep = true;
      return false;
    }
    return true;
  };
  try {
    Json json = Json::parse(text, watch_depth);
    if (too_deep) {
      return fail(ErrorCode::usage,
                  fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth));
    }
    return json;
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
