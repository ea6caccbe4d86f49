// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wskit::load {

/// A set of sequence numbers, kept as ranges: a silent server leaves millions of them unanswered,
/// one after the other. Adding behind all others is the fast case.
class SequenceRanges {
 public:
  void add(std::uint64_t sequence);
  /// Whether it was in the set; it is not any more.
  bool take(std::uint64_t sequence);
  [[nodiscard]] bool contains(std::uint64_t sequence) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  /// The lowest one; there must be one.
  [[nodiscard]] std::uint64_t front() const { return ranges_.front().first; }

 private:
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
  };

  void insert(std::uint64_t sequence);
  [[nodiscard]] std::size_t find(std::uint64_t sequence) const;

  /// Ascending, never touching each other.
  std::vector<Range> ranges_;
};

}  // namespace wskit::load
