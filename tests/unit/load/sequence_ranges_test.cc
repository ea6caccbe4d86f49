// SPDX-License-Identifier: MIT
#include "load/sequence_ranges.h"

#include <cstdint>
#include <random>
#include <set>

#include "tests/support/catch.h"

using wskit::load::SequenceRanges;

TEST_CASE("what is in ranges of sequences is what was added and not taken, in any order") {
  std::mt19937 random(1);
  SequenceRanges ranges;
  std::set<std::uint64_t> model;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t sequence = random() % 100;
    if (random() % 2 == 0) {
      ranges.add(sequence);
      model.insert(sequence);
    } else {
      CHECK(ranges.take(sequence) == (model.erase(sequence) == 1));
    }
    const std::uint64_t other = random() % 100;
    CHECK(ranges.contains(other) == model.contains(other));
    REQUIRE(ranges.empty() == model.empty());
    if (!model.empty()) {
      CHECK(ranges.front() == *model.begin());
    }
  }
}
