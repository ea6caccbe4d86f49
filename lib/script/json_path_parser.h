// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "script/json_path_query.h"

namespace wskit::script::json_path {

/// Parses one JSONPath (the grammar of RFC 9535, appendix A). Filters and parentheses may be nested
/// 64 deep.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  /// Fails with ErrorCode::usage, the offset and what was expected.
  [[nodiscard]] Expected<Query> parse();

 private:
  // Each of these returns false after a mistake, which stands in mistake_.
  bool parse_segments(Query& query);
  bool parse_segment(Query& query);
  bool parse_name_or_wildcard(Segment& segment);
  bool parse_selectors(Segment& segment);
  bool parse_selector(Segment& segment);
  bool parse_index_or_slice(Segment& segment);
  bool parse_integer(std::int64_t& number);
  bool parse_string(std::string& out);

  bool parse_any_of(Expression& out);
  bool parse_all_of(Expression& out);
  bool parse_basic(Expression& out);
  bool parse_group(Expression& out);
  bool parse_test_or_comparison(Expression& out);
  bool parse_operand(Operand& out);
  bool parse_query(Operand& out);
  bool parse_number(Operand& out);
  bool parse_word(Operand& out);
  bool parse_function(std::string_view name, Operand& out);
  bool check_argument(const Function& function, std::size_t at);
  bool check_comparable(const Operand& operand, std::size_t at);

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(std::string_view token);
  std::optional<Comparison> take_comparison();
  void skip_spaces();
  /// Where the member-name-shorthand that begins here ends; at_ when there is none.
  [[nodiscard]] std::size_t name_end() const;
  [[nodiscard]] std::string found() const;
  bool expected(std::string_view what);
  bool mistake(std::size_t at, std::string_view what);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::string mistake_;
};

}  // namespace wskit::script::json_path
