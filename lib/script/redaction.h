// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "script/message.h"
#include "script/regex.h"

namespace wskit::script {

/// Keeps what is secret in messages out of recordings.
class Redaction {
 public:
  /// What stands there instead.
  static constexpr std::string_view kMark = "<redacted>";

  /// Each rule is a JSON pointer (RFC 6901) when it begins with '/': its value goes from messages
  /// that are JSON; else a regular expression (PCRE2): all that it matches goes. Fails with
  /// ErrorCode::usage.
  [[nodiscard]] static Expected<Redaction> parse(const std::vector<std::string>& rules);

  [[nodiscard]] bool empty() const { return pointers_.empty() && regexes_.empty(); }
  /// `text` without its secrets; JSON in which a pointer found something is written anew, in one
  /// line. When a regular expression gives up, the whole text goes.
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  [[nodiscard]] Expected<void> add(const std::string& rule);
  [[nodiscard]] std::string apply_pointers(std::string_view text) const;

  std::vector<Json::json_pointer> pointers_;
  std::vector<Regex> regexes_;
};

/// A message as recordings have it: `redaction`, which may be null, was applied to text and to the
/// reason of a close, which `room` then holds.
[[nodiscard]] MessageView redacted(const MessageView& message, const Redaction* redaction,
                                   std::string& room);

/// The value of a header as recordings have it unless secrets are asked for: kMark where its name
/// suggests a secret, else without the secrets that a URL in it may have.
[[nodiscard]] std::string redact_header(std::string_view name, std::string_view value);

}  // namespace wskit::script
