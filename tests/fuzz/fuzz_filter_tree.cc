// SPDX-License-Identifier: MIT
// Lines of text as filters to add (>), to remove (<) and topics to match (the others): the tree
// finds what a look at each filter finds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/filter_tree.h"
#include "broker/topic.h"
#include "core/check.h"

namespace {

using wskit::check;
using namespace wskit::broker;

class Model {
 public:
  void add(std::string_view filter) {
    if (!check_filter(filter)) {
      return;
    }
    const bool first = count(filter) == 0;
    check(tree_.add(filter, next_) == first, "the first value of a filter is told");
    added_.emplace_back(filter, next_++);
  }

  void remove(std::string_view filter) {
    const auto found = std::ranges::find(added_, filter, &Added::first);
    if (found == added_.end()) {
      return;
    }
    const int value = found->second;
    added_.erase(found);
    check(tree_.remove(filter, value) == (count(filter) == 0),
          "the last value of a filter is told");
    check(tree_.empty() == added_.empty(), "what is removed leaves nothing behind");
  }

  void match(std::string_view topic) const {
    if (!check_topic(topic)) {
      return;
    }
    std::vector<int> found;
    tree_.match(topic, [&](int value) { found.push_back(value); });
    std::ranges::sort(found);
    std::vector<int> expected;
    for (const auto& [filter, value] : added_) {
      if (matches(filter, topic)) {
        expected.push_back(value);
      }
    }
    std::ranges::sort(expected);
    check(found == expected, "the tree finds what matches() says");
  }

 private:
  using Added = std::pair<std::string, int>;

  [[nodiscard]] std::ptrdiff_t count(std::string_view filter) const {
    return std::ranges::count(added_, filter, &Added::first);
  }

  FilterTree<int> tree_;
  std::vector<Added> added_;
  int next_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Every filter is compared with every topic: long inputs would only be slow.
  std::string_view rest(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 4'096));
  Model model;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with('>')) {
      model.add(line.substr(1));
    } else if (line.starts_with('<')) {
      model.remove(line.substr(1));
    } else {
      model.match(line);
    }
  }
  return 0;
}
