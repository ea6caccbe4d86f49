// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/json.h"
#include "script/message.h"

namespace wskit::script {

/// At most so many bytes of foreign text in quotes, line ends and other control characters escaped,
/// cut between characters.
[[nodiscard]] std::string shown(std::string_view text, std::size_t max_bytes = 120);
/// The same without quotes, for a pattern that has its own.
[[nodiscard]] std::string shown_pattern(std::string_view text);
/// A message in one line: its kind and as much of it as fits.
[[nodiscard]] std::string shown(const MessageView& message);
/// As much of it as fits in a line.
[[nodiscard]] std::string shown_json(const Json& json);

/// A line of a script as people are shown it: of a long one what stands around a column.
struct ShownLine {
  std::string text;
  std::uint32_t column = 1;  ///< Where the column is in `text`; of bytes, from 1.
};
[[nodiscard]] ShownLine shown_line(std::string_view line, std::uint32_t column);

/// The last place up to `at` where no character of UTF-8 is cut.
[[nodiscard]] std::size_t character_boundary(std::string_view text, std::size_t at);

}  // namespace wskit::script
