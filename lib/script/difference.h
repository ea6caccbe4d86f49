// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace wskit::script {

struct Mismatch;

/// The first difference between what was expected and what came, in words for people.
struct Difference {
  /// How far apart the two are: for choosing the nearest of several.
  std::size_t distance = 0;
  std::string text;
};

/// Nothing when they are equal.
[[nodiscard]] std::optional<Difference> difference(std::string_view expected, std::string_view got);

/// Nothing when equal or, for `subset`, when `expected` is contained in `got` (is_subset). Says the
/// JSON pointer of the first difference; the distance is how many there are.
[[nodiscard]] std::optional<Difference> difference(const Json& expected, const Json& got,
                                                   bool subset);
[[nodiscard]] Difference difference(const Mismatch& mismatch);

}  // namespace wskit::script
