// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "script/detail_parser.h"
#include "script/line_cursor.h"
#include "script/message_parser.h"
#include "script/parse_context.h"
#include "script/script.h"
#include "script/script_grammar.h"

namespace wskit::script {

/// Reads the lines of one test: `step line`, `directive` and what they are made of.
class StepParser {
 public:
  StepParser(ParseContext& context, Test& test)
      : context_(context), test_(test), messages_(context), details_(context) {}

  /// Everything up to the end of the test or, within a block that began at `block`, to its }.
  [[nodiscard]] bool steps(std::vector<Step>& out, std::optional<Place> block);
  /// The directives that follow.
  [[nodiscard]] bool directives(Directives& out);
  /// A `client` line, taken already, and the directives below it.
  [[nodiscard]] bool clients(LineCursor at);

 private:
  [[nodiscard]] bool step(LineCursor at, std::vector<Step>& out);
  [[nodiscard]] bool arrow(LineCursor at, Step& step);
  [[nodiscard]] bool keyword_step(Keyword keyword, LineCursor at, std::vector<Step>& out);
  [[nodiscard]] bool plain_step(Keyword keyword, LineCursor at, Step& step);
  [[nodiscard]] bool directive(Keyword keyword, LineCursor at, Directives& out);
  [[nodiscard]] bool url(const LineCursor& at, Template& out);
  [[nodiscard]] bool protocols(LineCursor at, std::vector<std::string>& out);
  [[nodiscard]] bool answer(const LineCursor& at, int& out);
  [[nodiscard]] bool header(LineCursor at, std::vector<Directives::Header>& out);
  [[nodiscard]] bool expect(LineCursor at, ClientIndex client, bool strict, Step& step);
  [[nodiscard]] bool expect_open(LineCursor at, ExpectOpenStep& out);
  [[nodiscard]] bool none(LineCursor at, NoneStep& out);
  [[nodiscard]] bool connect(LineCursor at, bool again, Step& step);
  /// The lines of a block that begins behind `at`.
  [[nodiscard]] bool block(const LineCursor& at, std::vector<Step>& out);
  [[nodiscard]] bool repeat(LineCursor at, Step& step);
  [[nodiscard]] bool unordered(LineCursor at, Step& step);
  [[nodiscard]] bool set(LineCursor at, SetStep& out);
  [[nodiscard]] bool http(LineCursor at, HttpStep& out);
  [[nodiscard]] bool http_url(const LineCursor& at, Template& out);
  [[nodiscard]] bool deadline(LineCursor& at, std::optional<Nanoseconds>& out);
  [[nodiscard]] bool no_step(const LineCursor& at);
  [[nodiscard]] bool watch(LineCursor at, bool fails);
  [[nodiscard]] bool client(LineCursor& at, std::string_view name, ClientIndex& out);
  [[nodiscard]] bool only_client(const LineCursor& at, ClientIndex& out);

  ParseContext& context_;
  Test& test_;
  MessageParser messages_;
  DetailParser details_;
  std::size_t depth_ = 0;
};

}  // namespace wskit::script
