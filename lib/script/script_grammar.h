// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wskit::script {

/// The word that a line of a script begins with, where it is not a message.
enum class Keyword : std::uint8_t {
  url,
  header,
  protocol,
  timeout,
  answer,
  accept,
  no_pong,
  client,
  connect,
  reconnect,
  sleep,
  barrier,
  set,
  step,
  repeat,
  unordered,
  http,
  on,
  fail,
  include,
  setup,
  test,
};

/// One rule of the grammar: what the parser goes by, and what the manual and editors show.
struct Rule {
  std::string_view name;
  /// EBNF (ISO 14977): "..." terminals, [ ] optional, { } repeated, | or, ? in words ?.
  std::string_view definition;
  std::string_view meaning;
  /// Of a rule that begins with one.
  std::optional<Keyword> keyword = std::nullopt;
};

/// Every rule, from the whole to its parts.
[[nodiscard]] std::span<const Rule> grammar();

[[nodiscard]] std::optional<Keyword> find_keyword(std::string_view word);
/// How a line with this keyword is written: the definition of its rule.
[[nodiscard]] std::string_view form_of(Keyword keyword);
[[nodiscard]] bool is_directive(Keyword keyword);

/// The rules as they stand in the manual: one "name = definition ;" each, with its meaning as a
/// comment.
[[nodiscard]] std::string grammar_text();

/// The same for editors, as JSON: "rules" with "name", "definition", "meaning" and whether a line
/// "begins" with it, and "words", all that the rules have in quotes, sorted: what is to be
/// completed and coloured.
[[nodiscard]] std::string grammar_json();

}  // namespace wskit::script
