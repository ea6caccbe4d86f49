// SPDX-License-Identifier: MIT
#include "broker/filter_tree.h"

#include <algorithm>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit::broker;

namespace {

std::vector<int> found(const FilterTree<int>& tree, std::string_view topic) {
  std::vector<int> values;
  tree.match(topic, [&](int value) { values.push_back(value); });
  std::ranges::sort(values);
  return values;
}

}  // namespace

TEST_CASE("a topic finds the values of all its filters, and only those") {
  FilterTree<int> tree;
  tree.add("a/b", 1);
  tree.add("a/+", 2);
  tree.add("a/#", 3);
  tree.add("#", 4);
  tree.add("+/b", 5);
  tree.add("a", 6);
  tree.add("$x/#", 7);
  CHECK(found(tree, "a/b") == std::vector{1, 2, 3, 4, 5});
  CHECK(found(tree, "a") == std::vector{3, 4, 6});
  CHECK(found(tree, "a/b/c") == std::vector{3, 4});
  CHECK(found(tree, "$x") == std::vector{7});
  CHECK(found(tree, "$y/b").empty());
  for (const char* const topic : {"a/b", "a", "a/b/c", "$x", "$y/b"}) {
    CHECK(tree.count(topic) == found(tree, topic).size());
  }
}

TEST_CASE("adding and removing tell of a filter's first and last value") {
  FilterTree<int> tree;
  CHECK(tree.add("a/+/c", 1));
  CHECK_FALSE(tree.add("a/+/c", 2));
  CHECK(tree.add("a/#", 3));
  CHECK_FALSE(tree.remove("a/+/c", 1));
  CHECK(found(tree, "a/b/c") == std::vector{2, 3});
  CHECK(tree.remove("a/+/c", 2));
  CHECK(found(tree, "a/b/c") == std::vector{3});
  CHECK_FALSE(tree.empty());
  CHECK(tree.remove("a/#", 3));
  CHECK(tree.empty());
}

TEST_CASE("a visit may add values, to the list it is in too") {
  FilterTree<int> tree;
  tree.add("a", 1);
  int visits = 0;
  tree.match("a", [&](int) {
    if (++visits < 100) {
      tree.add("a", visits);
      tree.add("+", visits);
      tree.add("x/" + std::to_string(visits), visits);
    }
  });
  CHECK(visits >= 100);
  CHECK(found(tree, "x/7") == std::vector{7});
}
