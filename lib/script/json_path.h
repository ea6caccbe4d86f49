// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "script/json_path_query.h"

namespace wskit::script {

/// A JSONPath (RFC 9535), all of it but the functions match() and search(). Compiled once; any
/// number of threads may select with the same one.
class JsonPath {
 public:
  /// Fails with ErrorCode::usage, the offset in bytes and what was expected there.
  [[nodiscard]] static Expected<JsonPath> compile(std::string_view text);

  /// What the path selects, in RFC 9535's order; the pointers lead into `root`. Fails with
  /// ErrorCode::usage when more than kMostSteps were needed, some tenths of a second.
  [[nodiscard]] Expected<std::vector<const Json*>> select(const Json& root) const;

  /// Whether it can select one value at most (RFC 9535 2.3.5.1): names and single indices alone.
  [[nodiscard]] bool is_singular() const { return query_.is_singular; }

  /// As it was written.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// A step is one value visited, one member's name compared or 64 bytes of strings compared.
  static constexpr std::size_t kMostSteps = 10'000'000;

 private:
  JsonPath(std::string_view text, json_path::Query query) : text_(text), query_(std::move(query)) {}

  std::string text_;
  json_path::Query query_;
};

}  // namespace wskit::script
