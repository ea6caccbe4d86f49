// SPDX-License-Identifier: MIT
#include "pubsub/ack_ids.h"

#include <algorithm>

namespace wskit::pubsub {

void AckIds::add(std::uint64_t id) {
  // The first range that does not end before the id.
  const auto next = std::ranges::lower_bound(ranges_, id, {}, &Range::last);
  if (next != ranges_.end() && next->first <= id) {
    return;
  }
  const bool joins_next = next != ranges_.end() && next->first == id + 1;
  const bool joins_last = next != ranges_.begin() && (next - 1)->last + 1 == id;
  if (joins_next && joins_last) {
    next->first = (next - 1)->first;
    ranges_.erase(next - 1);
  } else if (joins_next) {
    next->first = id;
  } else if (joins_last) {
    (next - 1)->last = id;
  } else {
    ranges_.insert(next, {.first = id, .last = id});
    if (ranges_.size() > kMaxRanges) {
      ranges_.erase(ranges_.begin());
    }
  }
}

bool AckIds::contains(std::uint64_t id) const {
  const auto next = std::ranges::lower_bound(ranges_, id, {}, &Range::last);
  return next != ranges_.end() && next->first <= id;
}

}  // namespace wskit::pubsub
