// SPDX-License-Identifier: MIT
// The part of the parser that reads filters (RFC 9535 2.3.5 and 2.4).
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/json.h"
#include "script/json_path_parser.h"

namespace wskit::script::json_path {
namespace {

constexpr std::size_t kMostNested = 64;

struct Operator {
  std::string_view token;
  Comparison comparison;
};

/// The longer one first where one begins another.
constexpr std::array<Operator, 6> kOperators{{{"==", Comparison::equal},
                                              {"!=", Comparison::unequal},
                                              {"<=", Comparison::less_equal},
                                              {">=", Comparison::greater_equal},
                                              {"<", Comparison::less},
                                              {">", Comparison::greater}}};

struct KnownFunction {
  std::string_view name;
  FunctionName function;
};

constexpr std::array<KnownFunction, 3> kFunctions{{{"length", FunctionName::length},
                                                   {"count", FunctionName::count},
                                                   {"value", FunctionName::value}}};

/// Any or all of one thing is that thing.
void unwrap(Expression& expression) {
  if (expression.parts.size() == 1) {
    Expression only = std::move(expression.parts.front());
    expression = std::move(only);
  }
}

}  // namespace

std::optional<Comparison> Parser::take_comparison() {
  for (const Operator& candidate : kOperators) {
    if (take(candidate.token)) {
      return candidate.comparison;
    }
  }
  return std::nullopt;
}

bool Parser::parse_any_of(Expression& out) {
  out.kind = Expression::Kind::any_of;
  do {
    skip_spaces();
    if (!parse_all_of(out.parts.emplace_back())) {
      return false;
    }
    skip_spaces();
  } while (take("||"));
  unwrap(out);
  return true;
}

bool Parser::parse_all_of(Expression& out) {
  out.kind = Expression::Kind::all_of;
  do {
    skip_spaces();
    if (!parse_basic(out.parts.emplace_back())) {
      return false;
    }
    skip_spaces();
  } while (take("&&"));
  unwrap(out);
  return true;
}

bool Parser::parse_basic(Expression& out) {
  if (!take("!")) {
    return peek() == '(' ? parse_group(out) : parse_test_or_comparison(out);
  }
  const std::size_t at = at_;
  skip_spaces();
  out.kind = Expression::Kind::negation;
  Expression& negated = out.parts.emplace_back();
  if (peek() == '(') {
    return parse_group(negated);
  }
  return parse_test_or_comparison(negated) &&
         (negated.kind == Expression::Kind::existence ||
          mistake(at, "expected a path or '(' after '!': a comparison needs parentheses"));
}

bool Parser::parse_group(Expression& out) {
  if (++depth_ > kMostNested) {
    return mistake(at_, fmt::format("nested deeper than {} levels", kMostNested));
  }
  ++at_;  // The parenthesis.
  if (!parse_any_of(out)) {
    return false;
  }
  --depth_;
  return take(")") || expected("'&&', '||' or ')'");
}

bool Parser::parse_test_or_comparison(Expression& out) {
  const std::size_t left_at = at_;
  Operand& left = out.operands.emplace_back();
  if (!parse_operand(left)) {
    return false;
  }
  const std::size_t after = at_;
  skip_spaces();
  const auto comparison = take_comparison();
  if (!comparison) {
    at_ = after;
    return std::holds_alternative<Query>(left.value) || expected("a comparison, as in '== 1'");
  }
  out.kind = Expression::Kind::comparison;
  out.comparison = *comparison;
  skip_spaces();
  const std::size_t right_at = at_;
  Operand right;
  if (!check_comparable(left, left_at) || !parse_operand(right) ||
      !check_comparable(right, right_at)) {
    return false;
  }
  out.operands.push_back(std::move(right));
  return true;
}

bool Parser::check_comparable(const Operand& operand, std::size_t at) {
  const Query* const query = std::get_if<Query>(&operand.value);
  return query == nullptr || query->is_singular ||
         mistake(at, "expected a path that selects one value at most: names and indices alone");
}

bool Parser::parse_operand(Operand& out) {
  const char first = peek();
  if (first == '@' || first == '$') {
    return parse_query(out);
  }
  if (first == '\'' || first == '"') {
    std::string text;
    if (!parse_string(text)) {
      return false;
    }
    out.value = Json(std::move(text));
    return true;
  }
  if (first == '-' || (first >= '0' && first <= '9')) {
    return parse_number(out);
  }
  return parse_word(out);
}

bool Parser::parse_query(Operand& out) {
  if (++depth_ > kMostNested) {
    return mistake(at_, fmt::format("nested deeper than {} levels", kMostNested));
  }
  Query& query = out.value.emplace<Query>();
  query.from_current = text_[at_++] == '@';
  if (!parse_segments(query)) {
    return false;
  }
  --depth_;
  return true;
}

bool Parser::parse_number(Operand& out) {
  const std::size_t end = std::min(text_.find_first_not_of("0123456789.eE+-", at_), text_.size());
  auto number = parse_json(text_.substr(at_, end - at_));
  if (!number) {
    return mistake(at_, "expected a number as JSON writes it");
  }
  out.value = std::move(*number);
  at_ = end;
  return true;
}

bool Parser::parse_word(Operand& out) {
  const std::size_t begin = at_;
  const std::string_view word = text_.substr(begin, name_end() - begin);
  at_ += word.size();
  if (take("(")) {
    return parse_function(word, out);
  }
  if (word == "true" || word == "false") {
    out.value = Json(word == "true");
    return true;
  }
  if (word == "null") {
    out.value = Json();
    return true;
  }
  at_ = begin;
  return expected("a path '@...' or '$...', a string, a number, true, false, null or a function");
}

bool Parser::parse_function(std::string_view name, Operand& out) {
  const std::size_t begin = at_ - name.size() - 1;
  const auto* const known = std::ranges::find(kFunctions, name, &KnownFunction::name);
  if (known == kFunctions.end()) {
    return mistake(begin, fmt::format("there is no function '{}' here; there are length(), count() "
                                      "and value()",
                                      escape(name)));
  }
  if (++depth_ > kMostNested) {
    return mistake(begin, fmt::format("nested deeper than {} levels", kMostNested));
  }
  Function function{.name = known->function, .arguments = {}};
  skip_spaces();
  const std::size_t argument_at = at_;
  if (!parse_operand(function.arguments.emplace_back()) || !check_argument(function, argument_at)) {
    return false;
  }
  --depth_;
  skip_spaces();
  out.value = std::move(function);
  return take(")") || expected("')' after the function's one argument");
}

bool Parser::check_argument(const Function& function, std::size_t at) {
  const Operand& argument = function.arguments.front();
  if (function.name == FunctionName::length) {
    return check_comparable(argument, at);
  }
  return std::holds_alternative<Query>(argument.value) ||
         mistake(at, "expected a path '@...' or '$...'");
}

}  // namespace wskit::script::json_path
