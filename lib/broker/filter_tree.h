// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/topic.h"
#include "core/check.h"

namespace wskit::broker {

/// Lets a map from strings be asked with a string_view.
struct TextHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
  [[nodiscard]] std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

/// Values by topic filter, as matches() understands them. What a match costs depends on the levels
/// of the topic and on the filters that share their first levels with it, not on all the others.
/// Filters and topics are good ones (check_filter, check_topic). T is cheap to copy and comparable.
template <class T>
class FilterTree {
 public:
  /// Adds a value; true when it is the filter's first.
  bool add(std::string_view filter, T value) {
    std::vector<T>& values = values_of(filter);
    values.push_back(std::move(value));
    return values.size() == 1;
  }

  /// Removes a value that was added, in any order; true when it was the filter's last.
  bool remove(std::string_view filter, const T& value) {
    return remove_below(root_, filter, true, value) == Removed::last;
  }

  /// Calls visit(value) for each value whose filter has the topic: once for each such filter, in no
  /// particular order. `visit` may add values, which are visited or not, but must not remove any.
  template <class Visit>
  void match(std::string_view topic, Visit&& visit) const {
    // MQTT 5.0 section 4.7.2: a wildcard does not reach topics like $SYS.
    const auto visit_each = [&visit](const std::vector<T>& values) { visit_all(values, visit); };
    walk(root_, topic, {.more = true, .wildcards = !topic.starts_with('$')}, visit_each);
  }

  /// How many values match() would visit.
  [[nodiscard]] std::size_t count(std::string_view topic) const {
    std::size_t count = 0;
    const auto add = [&count](const std::vector<T>& values) { count += values.size(); };
    walk(root_, topic, {.more = true, .wildcards = !topic.starts_with('$')}, add);
    return count;
  }

  [[nodiscard]] bool empty() const { return root_.empty(); }

 private:
  struct Node {
    std::unordered_map<std::string, std::unique_ptr<Node>, TextHash, std::equal_to<>> children;
    std::unique_ptr<Node> any;  // "+"
    std::vector<T> here;        // filters that end with this level
    std::vector<T> below;       // those that go on with "#"

    [[nodiscard]] bool empty() const {
      return children.empty() && any == nullptr && here.empty() && below.empty();
    }
  };

  enum class Removed { one_of_several, last };

  /// `more`: the topic has levels left; `wildcards`: they are for wildcards too.
  struct Step {
    bool more;
    bool wildcards;
  };

  [[nodiscard]] std::vector<T>& values_of(std::string_view filter) {
    Node* node = &root_;
    for (bool more = true; more;) {
      const auto next = detail::first_level(filter);
      if (next.level == "#") {
        return node->below;
      }
      node = &child(*node, next.level);
      filter = next.rest;
      more = next.more;
    }
    return node->here;
  }

  [[nodiscard]] static Node& child(Node& parent, std::string_view level) {
    if (level != "+") {
      if (const auto found = parent.children.find(level); found != parent.children.end()) {
        return *found->second;
      }
    }
    std::unique_ptr<Node>& slot = level == "+" ? parent.any : parent.children[std::string(level)];
    if (slot == nullptr) {
      slot = std::make_unique<Node>();
    }
    return *slot;
  }

  static Removed remove_from(std::vector<T>& values, const T& value) {
    const auto found = std::find(values.begin(), values.end(), value);
    check(found != values.end(), "a value is removed from the filter it was added to");
    *found = std::move(values.back());
    values.pop_back();
    if (!values.empty()) {
      return Removed::one_of_several;
    }
    values = {};
    return Removed::last;
  }

  Removed remove_below(Node& node, std::string_view filter, bool more, const T& value) {
    if (!more) {
      return remove_from(node.here, value);
    }
    const auto next = detail::first_level(filter);
    if (next.level == "#") {
      return remove_from(node.below, value);
    }
    if (next.level == "+") {
      check(node.any != nullptr, "a filter is removed that was added");
      const Removed removed = remove_below(*node.any, next.rest, next.more, value);
      if (node.any->empty()) {
        node.any = nullptr;
      }
      return removed;
    }
    const auto found = node.children.find(next.level);
    check(found != node.children.end(), "a filter is removed that was added");
    const Removed removed = remove_below(*found->second, next.rest, next.more, value);
    if (found->second->empty()) {
      node.children.erase(found);
    }
    return removed;
  }

  template <class Visit>
  static void visit_all(const std::vector<T>& values, Visit& visit) {
    // By index: a visit may add to this very list.
    for (std::size_t i = 0; i < values.size(); ++i) {
      visit(values[i]);
    }
  }

  // Calls on_values(values) for each filter that has the topic.
  template <class OnValues>
  static void walk(const Node& node, std::string_view topic, Step step, const OnValues& on_values) {
    if (step.wildcards) {
      on_values(node.below);
    }
    if (!step.more) {
      on_values(node.here);
      return;
    }
    const auto next = detail::first_level(topic);
    const Step then{.more = next.more, .wildcards = true};
    if (!node.children.empty()) {
      if (const auto found = node.children.find(next.level); found != node.children.end()) {
        walk(*found->second, next.rest, then, on_values);
      }
    }
    if (step.wildcards && node.any != nullptr) {
      walk(*node.any, next.rest, then, on_values);
    }
  }

  Node root_;
};

}  // namespace wskit::broker
