// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "script/difference.h"
#include "script/expectation.h"
#include "script/message.h"
#include "script/received.h"
#include "script/regex.h"
#include "script/text_template.h"
#include "wire/close_code.h"

namespace wskit::script {

class Values;

/// What a script's line says of the message that it waits for. Made by the parser, then constant;
/// regular expressions keep it from being shared between threads.
class Pattern {
 public:
  struct Exact {
    MessageType type = MessageType::text;  ///< Or binary.
    Template payload;
  };
  struct JsonValue {
    Template text;
    std::optional<Json> value;  ///< Of a text without placeholders.
    bool subset = true;
  };
  struct Match {
    Regex regex;
    /// Groups whose text goes into variables.
    std::vector<std::pair<std::uint32_t, std::uint16_t>> captures;
  };
  struct Glob {
    Template text;
  };
  /// Any text or binary message.
  struct Any {};
  /// A Close, Ping or Pong.
  struct Control {
    MessageType type = MessageType::close;
    std::optional<wire::CloseCode> code;
    std::optional<Template> payload;
  };
  /// The Expectation is of a recording.
  using Kind = std::variant<Exact, JsonValue, Match, Glob, Any, Control, Expectation>;

  explicit Pattern(Kind kind) : kind_(std::move(kind)) {}

  /// Fails with ErrorCode::unmet when a variable is unknown, with ErrorCode::usage when a regular
  /// expression ran away.
  [[nodiscard]] Expected<bool> matches(const Received& received, Values& values) const;
  /// Of a message that matches: its named groups go into their variables.
  [[nodiscard]] Expected<void> capture(const Received& received, Values& values) const;
  /// Why a message does not match.
  [[nodiscard]] Difference explain(const Received& received, Values& values) const;

  [[nodiscard]] bool is_control() const;
  [[nodiscard]] const Kind& kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Whether all of `text` fits: * is any run of bytes, ? any one, \ makes the next one literal.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text);

}  // namespace wskit::script
