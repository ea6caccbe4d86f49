// SPDX-License-Identifier: MIT
#include "load/sequence_ranges.h"

#include <algorithm>

namespace wskit::load {

void SequenceRanges::add(std::uint64_t sequence) {
  if (ranges_.empty() || sequence > ranges_.back().last + 1) {
    ranges_.push_back({.first = sequence, .last = sequence});
  } else if (sequence == ranges_.back().last + 1) {
    ranges_.back().last = sequence;
  } else {
    insert(sequence);
  }
}

void SequenceRanges::insert(std::uint64_t sequence) {
  const auto next = std::ranges::upper_bound(ranges_, sequence, {}, &Range::first);
  const bool has_previous = next != ranges_.begin();
  if (has_previous && (next - 1)->last >= sequence) {
    return;
  }
  const bool joins_previous = has_previous && (next - 1)->last + 1 == sequence;
  const bool joins_next = next != ranges_.end() && next->first == sequence + 1;
  if (joins_previous && joins_next) {
    (next - 1)->last = next->last;
    ranges_.erase(next);
  } else if (joins_previous) {
    (next - 1)->last = sequence;
  } else if (joins_next) {
    next->first = sequence;
  } else {
    ranges_.insert(next, {.first = sequence, .last = sequence});
  }
}

std::size_t SequenceRanges::find(std::uint64_t sequence) const {
  const auto after = std::ranges::upper_bound(ranges_, sequence, {}, &Range::first);
  if (after == ranges_.begin() || sequence > (after - 1)->last) {
    return ranges_.size();
  }
  return static_cast<std::size_t>(after - 1 - ranges_.begin());
}

bool SequenceRanges::contains(std::uint64_t sequence) const {
  return find(sequence) != ranges_.size();
}

bool SequenceRanges::take(std::uint64_t sequence) {
  const std::size_t index = find(sequence);
  if (index == ranges_.size()) {
    return false;
  }
  const auto range = ranges_.begin() + static_cast<std::ptrdiff_t>(index);
  const Range rest{.first = sequence + 1, .last = range->last};
  if (sequence > range->first) {
    range->last = sequence - 1;
    if (rest.first <= rest.last) {
      ranges_.insert(range + 1, rest);
    }
  } else if (rest.first <= rest.last) {
    *range = rest;
  } else {
    ranges_.erase(range);
  }
  return true;
}

}  // namespace wskit::load
