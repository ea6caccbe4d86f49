// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/error.h"

namespace wskit {

/// Keeps the order of insertion, so that written files read in the order of their definition.
using Json = nlohmann::ordered_json;

/// Deeper texts parse, but copying or dumping them would overflow the stack.
inline constexpr std::size_t kMaxJsonDepth = 256;

/// Parses one JSON text (RFC 8259) in linear time. Fails with ErrorCode::usage, the position and
/// the reason; with ErrorCode::local_limit, before parsing, when it is deeper than kMaxJsonDepth.
[[nodiscard]] Expected<Json> parse_json(std::string_view text);

/// Writes JSON; bytes that are not UTF-8 become U+FFFD. `indent` < 0 writes one line.
[[nodiscard]] std::string dump_json(const Json& json, int indent = -1);

}  // namespace wskit
