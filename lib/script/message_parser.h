// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "script/line_cursor.h"
#include "script/parse_context.h"
#include "script/pattern.h"
#include "script/script.h"

namespace wskit::script {

/// Reads what a script sends and what it expects to come: `message` and `pattern` of the grammar.
class MessageParser {
 public:
  explicit MessageParser(ParseContext& context) : context_(context) {}

  [[nodiscard]] bool message(LineCursor at, SendStep& out);
  [[nodiscard]] bool pattern(LineCursor at, std::optional<Pattern>& out);
  /// Text in the line or in a block of lines below it.
  [[nodiscard]] bool text_or_block(LineCursor& at, ParseContext::Use use, Template& out);

 private:
  struct Body {
    MessageType type = MessageType::text;
    Template payload;
  };
  /// What is written the same way on both sides; `known` says whether it was that.
  [[nodiscard]] bool body(LineCursor& at, ParseContext::Use use, Body& out, bool& known);
  /// The same before its placeholders are looked at.
  [[nodiscard]] bool written(LineCursor& at, WrittenText& out);
  [[nodiscard]] bool block(LineCursor& at, WrittenText& out);
  /// Content that fits into a control frame.
  [[nodiscard]] bool control(LineCursor& at, ParseContext::Use use, Template& out);
  [[nodiscard]] bool content(LineCursor& at, ParseContext::Use use, Template& out);
  [[nodiscard]] bool hex(LineCursor& at, Template& out);
  [[nodiscard]] bool base64(LineCursor& at, Template& out);
  [[nodiscard]] bool string(LineCursor& at, Template& out);
  [[nodiscard]] bool file(LineCursor& at, MessageType type, Template& out);
  [[nodiscard]] bool close_code(LineCursor& at, std::optional<wire::CloseCode>& out);
  [[nodiscard]] bool close(LineCursor& at, SendStep& out);
  [[nodiscard]] bool json(LineCursor& at, ParseContext::Use use, Pattern::JsonValue& out);
  [[nodiscard]] bool control_pattern(LineCursor& at, MessageType type, std::optional<Pattern>& out);
  [[nodiscard]] bool regex_pattern(LineCursor& at, std::optional<Pattern>& out);

  ParseContext& context_;
};

}  // namespace wskit::script
