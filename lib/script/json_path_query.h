// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/json.h"

/// What a JSONPath says, taken apart (RFC 9535 2.3 to 2.5). Only JsonPath and its two parts, the
/// parser and the evaluation, know of it.
namespace wskit::script::json_path {

struct Segment;
struct Operand;

/// "$..." or, in a filter, "@...".
struct Query {
  bool from_current = false;
  bool is_singular = true;
  std::vector<Segment> segments;
};

enum class FunctionName : std::uint8_t { length, count, value };

struct Function {
  FunctionName name = FunctionName::length;
  /// One: each of the functions takes one.
  std::vector<Operand> arguments;
};

/// A side of a comparison, what is tested, or what a function is given.
struct Operand {
  std::variant<Json, Query, Function> value;
};

enum class Comparison : std::uint8_t { equal, unequal, less, less_equal, greater, greater_equal };

/// A logical expression of a filter.
struct Expression {
  enum class Kind : std::uint8_t { any_of, all_of, negation, existence, comparison };
  Kind kind = Kind::existence;
  Comparison comparison = Comparison::equal;
  /// Of any_of and all_of two or more, of negation one.
  std::vector<Expression> parts;
  /// Of existence a query, of comparison two.
  std::vector<Operand> operands;
};

struct Wildcard {};

struct Slice {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> end;
  std::int64_t step = 1;
};

using Selector = std::variant<std::string, Wildcard, std::int64_t, Slice, Expression>;

struct Segment {
  bool descendant = false;
  std::vector<Selector> selectors;
};

}  // namespace wskit::script::json_path
