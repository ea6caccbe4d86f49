// SPDX-License-Identifier: MIT
#include "script/json_path_evaluation.h"

#include <algorithm>
#include <compare>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

namespace wskit::script::json_path {
namespace {

/// Bytes of text that count as one step more.
constexpr std::size_t kBytesAStep = 64;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

bool is_signed(const Json& json) {
  return json.is_number_integer() && !json.is_number_unsigned();
}

/// The order of two numbers, exact where both are integers: the library compares -1 and 2^64 - 1 as
/// if they were of one type.
std::partial_ordering order(const Json& a, const Json& b) {
  if (!a.is_number_integer() || !b.is_number_integer()) {
    return a.get<double>() <=> b.get<double>();
  }
  if (is_signed(a) && is_signed(b)) {
    return a.get<std::int64_t>() <=> b.get<std::int64_t>();
  }
  const bool a_negative = is_signed(a) && a.get<std::int64_t>() < 0;
  const bool b_negative = is_signed(b) && b.get<std::int64_t>() < 0;
  if (a_negative || b_negative) {
    return b_negative <=> a_negative;
  }
  return a.get<std::uint64_t>() <=> b.get<std::uint64_t>();
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// Those to be taken from the back: the last one first.
void push_children(const Json& node, Nodes& waiting) {
  if (node.is_structured()) {
    std::transform(node.rbegin(), node.rend(), std::back_inserter(waiting),
                   [](const Json& child) { return &child; });
  }
}

}  // namespace

bool Evaluation::spend(std::size_t steps) {
  exhausted_ = exhausted_ || steps > left_;
  left_ -= exhausted_ ? 0 : steps;
  return !exhausted_;
}

Nodes Evaluation::select(const Query& query, const Json& current) {
  Nodes nodes{query.from_current ? &current : &root_};
  for (const Segment& segment : query.segments) {
    Nodes found;
    for (const Json* const node : nodes) {
      segment.descendant ? descend(segment, *node, found) : select_segment(segment, *node, found);
    }
    nodes = std::move(found);
  }
  return nodes;
}

// Without recursion: filters within filters each begin one of these.
void Evaluation::descend(const Segment& segment, const Json& node, Nodes& out) {
  Nodes waiting{&node};
  while (!waiting.empty() && spend(1)) {
    const Json& next = *waiting.back();
    waiting.pop_back();
    select_segment(segment, next, out);
    push_children(next, waiting);
  }
}

void Evaluation::select_segment(const Segment& segment, const Json& node, Nodes& out) {
  for (const Selector& selector : segment.selectors) {
    if (!spend(1)) {
      return;
    }
    std::visit(Overloaded{[&](const std::string& name) { select_member(name, node, out); },
                          [&](const Wildcard&) { select_children(node, nullptr, out); },
                          [&](std::int64_t index) {
                            select_slice(
                                {.start = index,
                                 .end = index == -1 ? std::nullopt : std::optional(index + 1)},
                                node, out);
                          },
                          [&](const Slice& slice) { select_slice(slice, node, out); },
                          [&](const Expression& filter) { select_children(node, &filter, out); }},
               selector);
  }
}

const Json* Evaluation::find(const Json& object, const std::string& name) {
  for (auto member = object.begin(); member != object.end(); ++member) {
    if (!spend(1 + (member.key().size() == name.size() ? name.size() / kBytesAStep : 0))) {
      return nullptr;
    }
    if (member.key() == name) {
      return &member.value();
    }
  }
  return nullptr;
}

void Evaluation::select_member(const std::string& name, const Json& node, Nodes& out) {
  const Json* const member = node.is_object() ? find(node, name) : nullptr;
  if (member != nullptr) {
    out.push_back(member);
  }
}

void Evaluation::select_children(const Json& node, const Expression* filter, Nodes& out) {
  if (!node.is_structured()) {
    return;
  }
  for (const Json& child : node) {
    if (!spend(1)) {
      return;
    }
    if (filter == nullptr || holds(*filter, child)) {
      out.push_back(&child);
    }
  }
}

// RFC 9535 2.3.4.2.2.
void Evaluation::select_slice(const Slice& slice, const Json& node, Nodes& out) {
  if (!node.is_array() || slice.step == 0) {
    return;
  }
  const auto size = static_cast<std::int64_t>(node.size());
  const bool forward = slice.step > 0;
  const std::int64_t least = forward ? 0 : -1;
  const auto bound = [&](std::int64_t at) {
    return std::clamp(at < 0 ? at + size : at, least, forward ? size : size - 1);
  };
  const std::int64_t start = slice.start ? bound(*slice.start) : forward ? 0 : size - 1;
  const std::int64_t end = slice.end ? bound(*slice.end) : forward ? size : -1;
  for (std::int64_t at = start; forward ? at < end : at > end; at += slice.step) {
    if (!spend(1)) {
      return;
    }
    out.push_back(&node[static_cast<std::size_t>(at)]);
  }
}

bool Evaluation::holds(const Expression& expression, const Json& current) {
  if (!spend(1)) {
    return false;
  }
  const auto part_holds = [&](const Expression& part) { return holds(part, current); };
  switch (expression.kind) {
    case Expression::Kind::any_of:
      return std::ranges::any_of(expression.parts, part_holds);
    case Expression::Kind::all_of:
      return std::ranges::all_of(expression.parts, part_holds);
    case Expression::Kind::negation:
      return !part_holds(expression.parts.front());
    case Expression::Kind::existence:
      return !select(std::get<Query>(expression.operands.front().value), current).empty();
    case Expression::Kind::comparison:
      return compare(expression, current);
  }
  std::unreachable();
}

// RFC 9535 2.3.5.2.2: what is not there equals only what is not there, and has no order.
bool Evaluation::compare(const Expression& expression, const Json& current) {
  Json left_made;
  Json right_made;
  const Json* const left = value_of(expression.operands[0], current, left_made);
  const Json* const right = value_of(expression.operands[1], current, right_made);
  const auto same = [&] {
    return left == nullptr || right == nullptr ? left == right : equal(*left, *right);
  };
  const auto before = [&](const Json* a, const Json* b) {
    return a != nullptr && b != nullptr && less(*a, *b);
  };
  switch (expression.comparison) {
    case Comparison::equal:
      return same();
    case Comparison::unequal:
      return !same();
    case Comparison::less:
      return before(left, right);
    case Comparison::less_equal:
      return before(left, right) || same();
    case Comparison::greater:
      return before(right, left);
    case Comparison::greater_equal:
      return before(right, left) || same();
  }
  std::unreachable();
}

const Json* Evaluation::value_of(const Operand& operand, const Json& current, Json& made) {
  if (const Json* const literal = std::get_if<Json>(&operand.value)) {
    return literal;
  }
  if (const Function* const function = std::get_if<Function>(&operand.value)) {
    return call(*function, current, made);
  }
  const Nodes nodes = select(std::get<Query>(operand.value), current);
  return nodes.empty() ? nullptr : nodes.front();
}

// RFC 9535 2.4.4, 2.4.5 and 2.4.8.
const Json* Evaluation::call(const Function& function, const Json& current, Json& made) {
  const Operand& argument = function.arguments.front();
  if (function.name == FunctionName::length) {
    Json argument_made;
    const Json* const value = value_of(argument, current, argument_made);
    if (value == nullptr || !(value->is_string() || value->is_structured())) {
      return nullptr;
    }
    if (!value->is_string()) {
      made = value->size();
      return &made;
    }
    const auto& text = value->get_ref<const std::string&>();
    made = spend(text.size() / kBytesAStep) ? characters(text) : 0;
    return &made;
  }
  const Nodes nodes = select(std::get<Query>(argument.value), current);
  if (function.name == FunctionName::value) {
    return nodes.size() == 1 ? nodes.front() : nullptr;
  }
  made = nodes.size();
  return &made;
}

bool Evaluation::equal(const Json& a, const Json& b) {
  if (!spend(1)) {
    return false;
  }
  if (a.is_number() && b.is_number()) {
    return order(a, b) == std::partial_ordering::equivalent;
  }
  if (a.is_string() && b.is_string()) {
    const auto& text = a.get_ref<const std::string&>();
    const auto& other = b.get_ref<const std::string&>();
    return text.size() == other.size() && spend(text.size() / kBytesAStep) && text == other;
  }
  if (a.is_array() && b.is_array()) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(),
                      [this](const Json& x, const Json& y) { return equal(x, y); });
  }
  if (a.is_object() && b.is_object()) {
    return equal_members(a, b);
  }
  return a.type() == b.type() && a == b;
}

// In any order, which is not what the library compares.
bool Evaluation::equal_members(const Json& a, const Json& b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (auto member = a.begin(); member != a.end(); ++member) {
    const Json* const other = find(b, member.key());
    if (other == nullptr || !equal(member.value(), *other)) {
      return false;
    }
  }
  return true;
}

bool Evaluation::less(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) {
    return order(a, b) == std::partial_ordering::less;
  }
  if (!a.is_string() || !b.is_string()) {
    return false;
  }
  // Bytes of UTF-8 are in the order of the characters.
  const auto& text = a.get_ref<const std::string&>();
  const auto& other = b.get_ref<const std::string&>();
  return spend(std::min(text.size(), other.size()) / kBytesAStep) && text < other;
}

}  // namespace wskit::script::json_path
