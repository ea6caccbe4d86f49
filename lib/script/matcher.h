// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/clock.h"
#include "core/error.h"
#include "core/json.h"
#include "script/regex.h"

namespace wskit::script {

/// Whether `part` is contained in `whole`: an object by each of its members, an array of the same
/// length by each of its elements, anything else by equality (numbers by value).
[[nodiscard]] bool is_subset(const Json& part, const Json& whole);
/// Whether both say the same, whatever the order of their members.
[[nodiscard]] bool is_equal(const Json& a, const Json& b);

/// What a message can be held against.
class Matcher {
 public:
  /// "text:..." equal; "re:..." found (PCRE2); "json:..." a subset of the message; "ptr:/a/b" there
  /// is such a member; "ptr:/a/b=VALUE" it equals VALUE, as JSON or else as a string.
  /// Fails with ErrorCode::usage.
  [[nodiscard]] static Expected<Matcher> parse(std::string_view text);

  /// Fails with ErrorCode::usage when a regular expression ran away. A message that is not JSON is
  /// no match.
  [[nodiscard]] Expected<bool> matches(std::string_view payload) const;

  /// As it was written.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Equal {
    std::string payload;
  };
  struct Subset {
    Json part;
  };
  struct Pointer {
    Json::json_pointer pointer;
    std::optional<Json> value;
    /// The value as it was written, for one that may have been meant as a string.
    std::string literal;
  };
  using Kind = std::variant<Equal, Regex, Subset, Pointer>;
  Matcher(std::string_view text, Kind kind) : text_(text), kind_(std::move(kind)) {}
  [[nodiscard]] static Expected<Matcher> parse_pointer(std::string_view text,
                                                       std::string_view pointer);

  std::string text_;
  Kind kind_;
};

/// What --wait says: so many messages, so long, or until one matches.
using WaitFor = std::variant<std::uint64_t, Nanoseconds, Matcher>;

/// A number, a duration with its unit, or a Matcher. Fails with ErrorCode::usage.
[[nodiscard]] Expected<WaitFor> parse_wait(std::string_view text);

}  // namespace wskit::script
