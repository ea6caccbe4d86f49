// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wskit::script {

struct JsonMistake {
  /// In bytes; the end of the text when something is missing there.
  std::size_t offset = 0;
  std::string message;
};

/// What makes a text no JSON as parse_json() takes it, and where; nothing when it is.
[[nodiscard]] std::optional<JsonMistake> find_json_mistake(std::string_view text);

}  // namespace wskit::script
