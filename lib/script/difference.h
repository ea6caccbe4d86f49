// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "script/message.h"

namespace wskit::script {

/// The first difference between what was expected and what came, in words for people.
struct Difference {
  /// How far apart the two are: for choosing the nearest of several.
  std::size_t distance = 0;
  std::string text;
};

/// At most so many bytes of foreign text in quotes, line ends and other control characters escaped,
/// cut between characters.
[[nodiscard]] std::string shown(std::string_view text, std::size_t max_bytes = 120);
/// A message in one line: its kind and as much of it as fits.
[[nodiscard]] std::string shown(const MessageView& message);

/// As much of it as fits in a line.
[[nodiscard]] std::string shown_json(const Json& json);

/// Nothing when they are equal.
[[nodiscard]] std::optional<Difference> difference(std::string_view expected, std::string_view got);

/// Nothing when equal or, for `subset`, when `expected` is contained in `got` (is_subset). Says the
/// JSONPath of the first difference.
[[nodiscard]] std::optional<Difference> difference(const Json& expected, const Json& got,
                                                   bool subset);

}  // namespace wskit::script
