// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace wskit::serve {

/// A request's target, taken apart and decoded (RFC 3986): path, and the fields of the query in
/// their order. A '+' is a plus.
struct RequestTarget {
  std::string path;
  std::vector<std::pair<std::string, std::string>> fields;

  /// The first field of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  /// All of them.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
};

/// Fails with ErrorCode::usage for a '%' without two digits.
[[nodiscard]] Expected<RequestTarget> parse_target(std::string_view target);

/// The part of a target before its query, as it is.
[[nodiscard]] std::string_view path_of(std::string_view target);

}  // namespace wskit::serve
