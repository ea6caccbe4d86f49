// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/json.h"
#include "script/json_path_query.h"

namespace wskit::script::json_path {

using Nodes = std::vector<const Json*>;

/// One walk through one JSON text. After `steps` it goes nowhere any more and finds nothing.
class Evaluation {
 public:
  Evaluation(const Json& root, std::size_t steps) : root_(root), left_(steps) {}

  [[nodiscard]] Nodes select(const Query& query, const Json& current);
  /// Whether the steps did not suffice: what was found is not all.
  [[nodiscard]] bool exhausted() const { return exhausted_; }

 private:
  void select_segment(const Segment& segment, const Json& node, Nodes& out);
  void descend(const Segment& segment, const Json& node, Nodes& out);
  void select_member(const std::string& name, const Json& node, Nodes& out);
  void select_children(const Json& node, const Expression* filter, Nodes& out);
  void select_slice(const Slice& slice, const Json& node, Nodes& out);

  [[nodiscard]] bool holds(const Expression& expression, const Json& current);
  [[nodiscard]] bool compare(const Expression& expression, const Json& current);
  /// Null for Nothing (RFC 9535 2.4.1); `made` holds the value if it stands nowhere else.
  [[nodiscard]] const Json* value_of(const Operand& operand, const Json& current, Json& made);
  [[nodiscard]] const Json* call(const Function& function, const Json& current, Json& made);
  [[nodiscard]] bool equal(const Json& a, const Json& b);
  [[nodiscard]] bool equal_members(const Json& a, const Json& b);
  [[nodiscard]] bool less(const Json& a, const Json& b);
  [[nodiscard]] const Json* find(const Json& object, const std::string& name);
  [[nodiscard]] bool spend(std::size_t steps);

  const Json& root_;
  std::size_t left_;
  bool exhausted_ = false;
};

}  // namespace wskit::script::json_path
