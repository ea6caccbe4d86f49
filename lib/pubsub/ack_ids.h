// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wskit::pubsub {

/// Which requests of a client have been served, by the ids that it gave them. Clients count, so
/// that few ranges hold them all; beyond kMaxRanges the lowest is forgotten.
class AckIds {
 public:
  static constexpr std::size_t kMaxRanges = 64;
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    friend bool operator==(const Range&, const Range&) = default;
  };

  void add(std::uint64_t id);
  /// A range above all that is there; false, and nothing is added, if it is not.
  [[nodiscard]] bool append(const Range& range) {
    if (range.first > range.last || (!ranges_.empty() && range.first <= ranges_.back().last)) {
      return false;
    }
    ranges_.push_back(range);
    return true;
  }
  [[nodiscard]] bool contains(std::uint64_t id) const;
  /// In order, with holes between them.
  [[nodiscard]] const std::vector<Range>& ranges() const { return ranges_; }

 private:
  std::vector<Range> ranges_;
};

}  // namespace wskit::pubsub
