// SPDX-License-Identifier: MIT
#include "stats/histogram.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

namespace {

// Spread over every magnitude of the range, as latencies with a long tail are.
std::vector<std::int64_t> random_values(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(0, std::log(3.6e12));
  std::vector<std::int64_t> values(n);
  std::generate(values.begin(), values.end(),
                [&] { return static_cast<std::int64_t>(std::exp(exponent(random))); });
  return values;
}

Histogram histogram_of(const std::vector<std::int64_t>& values,
                       const HistogramConfig& config = {}) {
  Histogram histogram(config);
  for (const std::int64_t value : values) {
    histogram.record(Nanoseconds(value));
  }
  return histogram;
}

}  // namespace

TEST_CASE("the layout has the length and the slots of the HdrHistogram libraries") {
  // Values from the published definition: 2,048 single steps, then 1,024 slots a doubling.
  const HistogramLayout layout{HistogramConfig{}};
  CHECK(layout.row_length() == 1024);
  CHECK(layout.length() == 33 * 1024);
  CHECK(layout.index_of(0) == 0);
  CHECK(layout.index_of(2047) == 2047);
  CHECK(layout.index_of(2048) == 2048);
  CHECK(layout.index_of(2049) == 2048);
  CHECK(layout.index_of(4095) == 3071);
  CHECK(layout.index_of(4096) == 3072);
  const HistogramLayout microseconds{{.lowest = 1000ns, .highest = 1h, .digits = 3}};
  CHECK(microseconds.index_of(511) == 0);
  CHECK(microseconds.index_of(512) == 1);
  CHECK(microseconds.index_of(2048 * 512) == 2048);
}

TEST_CASE("every slot begins one after the end of the slot before it") {
  for (const int digits : {1, 2, 3, 4}) {
    for (const auto lowest : {1ns, 7ns, 1000ns}) {
      const HistogramLayout layout{{.lowest = lowest, .highest = 1h, .digits = digits}};
      INFO("digits " << digits << " lowest " << lowest.count());
      std::uint64_t expected = 0;
      bool contiguous = true;
      bool found_again = true;
      for (std::uint32_t index = 0; index < layout.length(); ++index) {
        contiguous = contiguous && layout.lowest_at(index) == expected;
        expected = layout.highest_at(index) + 1;
        found_again = found_again && layout.index_of(layout.lowest_at(index)) == index &&
                      layout.index_of(layout.middle_at(index)) == index &&
                      layout.index_of(layout.highest_at(index)) == index;
      }
      CHECK(contiguous);
      CHECK(found_again);
      CHECK(expected > 3'600'000'000'000U);
    }
  }
}

TEST_CASE("a value is kept to its significant digits over the whole range") {
  for (const int digits : {1, 2, 3, 4, 5}) {
    const HistogramLayout layout{{.lowest = 1ns, .highest = 1h, .digits = digits}};
    const double tolerance = std::pow(10.0, -digits);
    double worst = 0;
    for (const std::int64_t value : random_values(20'000, 7)) {
      const auto exact = static_cast<std::uint64_t>(value);
      const std::uint64_t reported = layout.highest_at(layout.index_of(exact));
      worst = std::max(worst, static_cast<double>(reported - exact) / static_cast<double>(exact));
    }
    INFO("digits " << digits);
    CHECK(worst <= tolerance);
    CHECK(worst > 0);
  }
}

TEST_CASE("percentiles are the highest value equivalent to that of the nearest rank") {
  std::vector<std::int64_t> values = random_values(10'007, 42);
  const Histogram histogram = histogram_of(values);
  std::sort(values.begin(), values.end());
  for (const double percentile : {0.01, 1.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    const auto n = static_cast<double>(values.size());
    const auto rank = static_cast<std::size_t>(std::ceil(percentile * n / 100));
    const auto exact = static_cast<std::uint64_t>(values[rank - 1]);
    const HistogramLayout& layout = histogram.layout();
    INFO("percentile " << percentile);
    CHECK(histogram.value_at_percentile(percentile).count() ==
          static_cast<std::int64_t>(layout.highest_at(layout.index_of(exact))));
  }
}

TEST_CASE("a percentile that falls exactly on a rank does not slip to the next one") {
  CHECK(nearest_rank(99.9, 1000) == 999);
  CHECK(nearest_rank(99.99, 10'000) == 9999);
  CHECK(nearest_rank(99, 100) == 99);
  CHECK(nearest_rank(50, 2) == 1);
  CHECK(nearest_rank(50, 3) == 2);
  CHECK(nearest_rank(100, 3) == 3);
  CHECK(nearest_rank(0, 3) == 1);
  CHECK(nearest_rank(200, 3) == 3);
  CHECK(nearest_rank(99, 0) == 0);
}

TEST_CASE("mean and deviation agree with the exact ones within the precision") {
  const std::vector<std::int64_t> values = random_values(50'000, 3);
  const Histogram histogram = histogram_of(values);
  double sum = 0;
  for (const std::int64_t value : values) {
    sum += static_cast<double>(value);
  }
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const std::int64_t value : values) {
    squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  }
  const double stddev = std::sqrt(squares / static_cast<double>(values.size()));
  CHECK(histogram.mean() == Approx(mean).epsilon(0.001));
  CHECK(histogram.stddev() == Approx(stddev).epsilon(0.001));
}

TEST_CASE("minimum and maximum are the bounds of the outermost slots in use") {
  Histogram histogram;
  CHECK(histogram.min() == 0ns);
  CHECK(histogram.max() == 0ns);
  CHECK(histogram.mean() == Approx(0));
  CHECK(histogram.stddev() == Approx(0));
  histogram.record(5001ns);
  histogram.record(20'001ns);
  CHECK(histogram.min() == 5000ns);
  CHECK(histogram.max() == 20'015ns);
  CHECK(histogram.value_at_percentile(0) == 5000ns);
}

TEST_CASE("values out of range are counted apart and never clamped") {
  Histogram histogram{{.lowest = 1ns, .highest = 1s, .digits = 3}};
  histogram.record(1s);
  histogram.record(1s + 1ns);
  histogram.record(500h);
  histogram.record(-1ns);
  histogram.record(0ns);
  CHECK(histogram.count() == 2);
  CHECK(histogram.overflow() == 2);
  CHECK(histogram.negative() == 1);
  CHECK(histogram.min() == 0ns);
}

TEST_CASE("merging gives the histogram of all values together") {
  const std::vector<std::int64_t> values = random_values(9'000, 11);
  const std::size_t third = values.size() / 3;
  Histogram merged;
  for (std::size_t part = 0; part < 3; ++part) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(part * third);
    Histogram one = histogram_of({begin, begin + static_cast<std::ptrdiff_t>(third)});
    one.record(2h);
    one.record(-5ns);
    REQUIRE(merged.merge(one).has_value());
  }
  const Histogram whole = histogram_of(values);
  CHECK(merged.count() == whole.count());
  CHECK(merged.overflow() == 3);
  CHECK(merged.negative() == 3);
  CHECK(merged.min() == whole.min());
  CHECK(merged.max() == whole.max());
  CHECK(merged.mean() == Approx(whole.mean()));
  for (double percentile = 0.5; percentile < 100; percentile += 0.5) {
    REQUIRE(merged.value_at_percentile(percentile) == whole.value_at_percentile(percentile));
  }
}

TEST_CASE("histograms of unequal configuration refuse to merge") {
  Histogram histogram;
  for (const HistogramConfig& config :
       {HistogramConfig{.digits = 2}, HistogramConfig{.highest = 2h},
        HistogramConfig{.lowest = 2ns}}) {
    const auto merged = histogram.merge(Histogram(config));
    REQUIRE_FALSE(merged.has_value());
    CHECK(merged.error().code == ErrorCode::usage);
    CHECK_THAT(merged.error().message, Catch::Contains("exact"));
  }
}

TEST_CASE("a cleared histogram counts from nothing") {
  Histogram histogram = histogram_of(random_values(1000, 5));
  histogram.record(2h);
  histogram.clear();
  CHECK(histogram.count() == 0);
  CHECK(histogram.overflow() == 0);
  CHECK(histogram.max() == 0ns);
  histogram.record(100ns);
  CHECK(histogram.count() == 1);
  CHECK(histogram.value_at_percentile(99) == 100ns);
}

TEST_CASE("a configuration without sense is refused with what is permitted") {
  CHECK(validate({}).has_value());
  CHECK(validate({.lowest = 1ns, .highest = Nanoseconds::max(), .digits = 5}).has_value());
  for (const HistogramConfig& config :
       {HistogramConfig{.digits = 0}, HistogramConfig{.digits = 6}, HistogramConfig{.lowest = 0ns},
        HistogramConfig{.lowest = -1ns}, HistogramConfig{.lowest = 1s, .highest = 1s},
        HistogramConfig{.highest = 0ns},
        HistogramConfig{.lowest = Nanoseconds::max() / 2, .highest = Nanoseconds::max()}}) {
    const auto valid = validate(config);
    REQUIRE_FALSE(valid.has_value());
    CHECK(valid.error().code == ErrorCode::usage);
  }
}

TEST_CASE("the widest configuration still finds every slot") {
  const HistogramConfig config{.lowest = 1ns, .highest = Nanoseconds::max(), .digits = 1};
  Histogram histogram(config);
  histogram.record(Nanoseconds::max());
  histogram.record(0ns);
  CHECK(histogram.count() == 2);
  CHECK(histogram.max() == Nanoseconds::max());
  CHECK(histogram.count_at(Nanoseconds::max()) == 1);
}
