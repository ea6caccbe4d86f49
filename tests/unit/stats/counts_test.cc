// SPDX-License-Identifier: MIT
#include "stats/counts.h"

#include "tests/support/catch.h"

using namespace wskit::stats;

namespace {

Counts balanced() {
  Counts counts;
  counts.scheduled = 100;
  counts.sent = 90;
  counts.dropped_late = 4;
  counts.unsent = 6;
  counts.ok = 70;
  counts.error_reply = 8;
  counts.timeout = 5;
  counts.lost = 3;
  counts.corrupted = 4;
  return counts;
}

}  // namespace

TEST_CASE("the sums hold only when every message has exactly one fate") {
  CHECK(Counts{}.sums_hold());
  CHECK(balanced().sums_hold());
  for (std::size_t i = 0; i < 9; ++i) {
    Counts counts = balanced();
    ++(counts.*kCounts[i].member);
    INFO(kCounts[i].name);
    CHECK_FALSE(counts.sums_hold());
  }
}

TEST_CASE("duplicates reorders and bytes are outside the sums") {
  for (std::size_t i = 9; i < kCounts.size(); ++i) {
    Counts counts = balanced();
    ++(counts.*kCounts[i].member);
    INFO(kCounts[i].name);
    CHECK(counts.sums_hold());
  }
}

TEST_CASE("errors are all messages without a good answer") {
  CHECK(balanced().errors() == 8 + 5 + 3 + 4 + 6 + 4);
  CHECK(balanced().unanswered() == 5 + 3 + 4);
}

TEST_CASE("adding counts adds every one of them") {
  Counts counts;
  Counts doubled;
  std::uint64_t next = 1;
  for (const NamedCount& count : kCounts) {
    counts.*count.member = next;
    doubled.*count.member = 2 * next;
    ++next;
  }
  Counts sum = counts;
  sum += counts;
  CHECK(sum == doubled);
}
