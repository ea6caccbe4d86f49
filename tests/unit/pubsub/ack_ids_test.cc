// SPDX-License-Identifier: MIT
#include "pubsub/ack_ids.h"

#include <cstdint>
#include <limits>
#include <random>
#include <set>

#include "tests/support/catch.h"

using wskit::pubsub::AckIds;

TEST_CASE("ids that follow each other take one range, in whatever order they come") {
  AckIds ids;
  for (const std::uint64_t id : {3U, 1U, 2U, 5U, 4U, 4U}) {
    ids.add(id);
  }
  REQUIRE(ids.ranges().size() == 1);
  CHECK(ids.ranges().front() == AckIds::Range{.first = 1, .last = 5});
  CHECK(ids.contains(1));
  CHECK(ids.contains(5));
  CHECK_FALSE(ids.contains(0));
  CHECK_FALSE(ids.contains(6));
}

TEST_CASE("the ends of the numbers are ids like others") {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  AckIds ids;
  ids.add(kMax);
  ids.add(0);
  ids.add(kMax - 1);
  CHECK(ids.ranges().size() == 2);
  CHECK(ids.contains(kMax));
  CHECK(ids.contains(0));
  CHECK_FALSE(ids.contains(1));
}

TEST_CASE("any set of ids is remembered as it is") {
  std::mt19937 random(7);
  AckIds ids;
  std::set<std::uint64_t> expected;
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t id = random() % 100;
    ids.add(id);
    expected.insert(id);
    const std::uint64_t asked = random() % 100;
    REQUIRE(ids.contains(asked) == expected.contains(asked));
  }
  CHECK(ids.ranges().size() == 1);
}

TEST_CASE("of too many holes the lowest ids are forgotten") {
  AckIds ids;
  for (std::uint64_t id = 0; id < 4 * AckIds::kMaxRanges; id += 2) {
    ids.add(id);
  }
  CHECK(ids.ranges().size() == AckIds::kMaxRanges);
  CHECK_FALSE(ids.contains(0));
  CHECK(ids.contains(4 * AckIds::kMaxRanges - 2));
}
