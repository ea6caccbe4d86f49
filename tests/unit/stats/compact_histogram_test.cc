// SPDX-License-Identifier: MIT
#include "stats/compact_histogram.h"

#include <random>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

namespace {

void check_equal(const Histogram& a, const Histogram& b) {
  CHECK(a.count() == b.count());
  CHECK(a.overflow() == b.overflow());
  CHECK(a.negative() == b.negative());
  bool equal = true;
  a.for_each_slot([&](std::uint32_t index, std::uint64_t count) {
    const auto value = static_cast<Nanoseconds::rep>(a.layout().lowest_at(index));
    equal = equal && b.count_at(Nanoseconds(value)) == count;
  });
  CHECK(equal);
}

}  // namespace

TEST_CASE("a compact histogram expands to the one it was made from") {
  Histogram histogram;
  for (int i = 1; i < 2000; ++i) {
    histogram.record(Nanoseconds(i * i));
  }
  histogram.record(2h);
  histogram.record(-1ns);
  check_equal(CompactHistogram(histogram).expand(), histogram);
}

TEST_CASE("recording into a compact histogram counts as recording into a full one") {
  std::mt19937_64 random(1);
  Histogram full;
  CompactHistogram compact;
  CHECK(compact.empty());
  for (int i = 0; i < 3000; ++i) {
    const Nanoseconds value(static_cast<Nanoseconds::rep>(random() >> (random() % 60)));
    full.record(value);
    compact.record(value);
  }
  CHECK_FALSE(compact.empty());
  REQUIRE(full.overflow() > 0);
  check_equal(compact.expand(), full);
}

TEST_CASE("merging compact histograms adds their counts") {
  Histogram a;
  Histogram b;
  for (int i = 0; i < 500; ++i) {
    a.record(Nanoseconds(i * 3));
    b.record(Nanoseconds(i * 5));
  }
  b.record(2h);
  CompactHistogram merged(a);
  REQUIRE(merged.merge(CompactHistogram(b)).has_value());
  REQUIRE(a.merge(b).has_value());
  check_equal(merged.expand(), a);
}

TEST_CASE("compact histograms of unequal configuration refuse to merge") {
  CompactHistogram compact;
  CHECK_FALSE(compact.merge(Histogram({.digits = 2})).has_value());
}
