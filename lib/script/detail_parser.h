// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "script/line_cursor.h"
#include "script/parse_context.h"
#include "script/predicate.h"
#include "script/script.h"

namespace wskit::script {

/// The lines below an expectation.
struct Details {
  std::vector<std::pair<Place, Predicate>> where;
  std::vector<std::pair<Place, Predicate>> asserts;
  std::vector<std::pair<Place, Capture>> captures;
};

/// Reads predicates, captures and values: `detail` and `value` of the grammar.
class DetailParser {
 public:
  explicit DetailParser(ParseContext& context) : context_(context) {}

  /// Whether a line with this first word is a detail.
  [[nodiscard]] static bool begins(std::string_view word);
  /// Whether what follows a query is a predicate on it ("== 1", "contains ..."): for lines that are
  /// something else otherwise.
  [[nodiscard]] static bool begins_predicate(std::string_view text);
  /// What details are about: a message or a close, how a connection began, or an answer of HTTP.
  enum class About : std::uint8_t { message, opening, answer };
  /// All the lines that follow and are details.
  [[nodiscard]] bool details(About about, Details& out);
  [[nodiscard]] bool value(LineCursor& at, Operand& out);

 private:
  [[nodiscard]] bool detail(LineCursor at, About about, Details& out);
  [[nodiscard]] bool capture(LineCursor& at, Capture& out);
  [[nodiscard]] bool query(LineCursor& at, Query& out);
  [[nodiscard]] bool path(LineCursor& at, Query& out);
  [[nodiscard]] bool predicate(LineCursor& at, Predicate& out);
  [[nodiscard]] bool terms(LineCursor& at, Operand& out);

  ParseContext& context_;
  About about_ = About::message;
};

}  // namespace wskit::script
