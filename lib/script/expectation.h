// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/json.h"
#include "script/message.h"
#include "script/mismatch.h"
#include "script/regex.h"

namespace wskit::script {

/// What a received message of a recording is to be held against: itself, or what its "expect"
/// member says.
class Expectation {
 public:
  /// `expect` has one of {"json":VALUE} (a subset of the message), {"json=":VALUE} (equal by
  /// meaning), {"text":"..."} (equal by bytes) and {"re":"..."} (PCRE2, found), or none of them for
  /// the message itself; and {"ignore":["/a", ...]}, places that are not compared. Fails with
  /// ErrorCode::usage.
  [[nodiscard]] static Expected<Expectation> create(Message recorded, const Json* expect);

  /// `ignored` besides what "ignore" says. Fails with ErrorCode::usage when a regular expression
  /// ran away.
  [[nodiscard]] Expected<std::optional<Mismatch>> compare(const MessageView& got,
                                                          const IgnoredPlaces& ignored) const;
  /// Of the message as it was recorded.
  [[nodiscard]] MessageType type() const { return recorded_.type; }
  /// For people, cut.
  [[nodiscard]] std::string text() const;
  /// Bytes that keeping it takes, roughly.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Rule {
    enum class Kind { itself, subset, equal, text, regex };
    Kind kind = Kind::itself;
    Json json;
    std::string text;
    std::optional<Regex> regex;
    IgnoredPlaces ignored;
    std::size_t bytes = 0;
  };
  [[nodiscard]] static Expected<std::unique_ptr<Rule>> read_rule(const Json& expect);
  [[nodiscard]] static Expected<void> read_member(Rule& rule, const std::string& name,
                                                  const Json& value);

  Message recorded_;
  std::unique_ptr<Rule> rule_;
};

}  // namespace wskit::script
