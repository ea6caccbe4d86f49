// SPDX-License-Identifier: MIT
#include "report/picture.h"

#include <algorithm>
#include <random>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
using namespace std::chrono_literals;

namespace {

std::uint64_t sum(const std::vector<Band>& bands) {
  std::uint64_t total = 0;
  for (const Band& band : bands) {
    total += band.count;
  }
  return total;
}

std::size_t used(const std::vector<Band>& bands) {
  return static_cast<std::size_t>(
      std::count_if(bands.begin(), bands.end(), [](const Band& band) { return band.count != 0; }));
}

void check_sound(const stats::Histogram& histogram) {
  const std::vector<Band> bands = divide(histogram);
  CHECK(sum(bands) == histogram.count());
  CHECK(bands.size() >= 1);
  CHECK(bands.size() <= 18);
  CHECK(std::is_sorted(bands.begin(), bands.end(),
                       [](const Band& a, const Band& b) { return a.from < b.from; }));
  CHECK(bands.front().count != 0);
  CHECK(bands.back().count != 0);
  std::vector<std::string> labels = label_bands(bands, true);
  CHECK(std::adjacent_find(labels.begin(), labels.end()) == labels.end());
}

}  // namespace

TEST_CASE("every distribution is divided into few bands without losing a value") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 400; ++i) {
    stats::Histogram histogram;
    const auto low = static_cast<std::int64_t>(random() >> (20 + random() % 44));
    const auto spread = static_cast<std::int64_t>(1 + (random() >> (24 + random() % 40)));
    const int values = static_cast<int>(1 + random() % 2000);
    for (int value = 0; value < values; ++value) {
      const auto offset = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spread));
      histogram.record(Nanoseconds((low + offset) % 3'600'000'000'000));
    }
    INFO("low " << low << " spread " << spread << " values " << values);
    check_sound(histogram);
  }
}

TEST_CASE("one straggler does not squeeze the others into one band") {
  stats::Histogram histogram;
  for (int i = 0; i < 1000; ++i) {
    histogram.record(20ms + i * 1us);
  }
  histogram.record(1s);
  check_sound(histogram);
  CHECK(used(divide(histogram)) >= 8);
}

TEST_CASE("one value near zero does not squeeze the others into one band") {
  stats::Histogram histogram;
  for (int i = 0; i < 1000; ++i) {
    histogram.record(20ms + i * 1us);
  }
  histogram.record(0ns);
  check_sound(histogram);
  CHECK(used(divide(histogram)) >= 8);
  CHECK(divide(histogram).front().from == 0ns);
}

TEST_CASE("the band of early values begins at a round bound below the earliest") {
  stats::Histogram histogram;
  for (int i = 0; i < 1000; ++i) {
    histogram.record(20ms + i * 1us);
  }
  histogram.record(130us);
  check_sound(histogram);
  CHECK(divide(histogram).front().from == 100us);
}

TEST_CASE("a stall shows as a second hill") {
  stats::Histogram histogram;
  for (int i = 0; i < 800; ++i) {
    histogram.record(100us + i * 100ns);
  }
  for (int i = 0; i < 200; ++i) {
    histogram.record(i * 5ms);
  }
  const std::vector<Band> bands = divide(histogram);
  check_sound(histogram);
  CHECK(bands.back().from >= 200ms);
}

TEST_CASE("nothing is divided into nothing") {
  CHECK(divide(stats::Histogram()).empty());
}

TEST_CASE("values that are all equal are one band") {
  for (const Nanoseconds value : {0ns, 1ns, 1500ns, Nanoseconds(20ms), Nanoseconds(1h)}) {
    stats::Histogram histogram;
    histogram.record(value);
    histogram.record(value);
    INFO(value.count());
    CHECK(divide(histogram).size() == 1);
    check_sound(histogram);
  }
}

TEST_CASE("bars are in proportion and what is there is seen") {
  const TextOptions ascii{.colour = false, .unicode = false, .width = 50};
  CHECK(draw_bars({{.label = "1 ms", .count = 1000},
                   {.label = "2 ms", .count = 500},
                   {.label = "5 ms", .count = 0},
                   {.label = "10 ms", .count = 1}},
                  ascii) ==
        "   from  count    share\n"
        "   1 ms  1,000   66.6 %  #########################\n"
        "   2 ms    500   33.3 %  ############:\n"
        "   5 ms      0      0 %\n"
        "  10 ms      1   0.07 %  .\n");
}

TEST_CASE("no row is wider than the terminal") {
  for (const std::size_t width : {60U, 80U, 120U, 200U}) {
    const std::string text =
        draw_bars({{.label = "1.00 ms", .count = 123'456'789}}, {.width = width});
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t end = text.find('\n', begin);
      CHECK(columns_of(text.substr(begin, end - begin)) <= width);
      begin = end + 1;
    }
  }
}

TEST_CASE("bounds on both sides of a unit's limit are written in one unit") {
  const std::vector<Band> bands{
      {.from = 980us, .count = 1}, {.from = 1ms, .count = 1}, {.from = 1020us, .count = 1}};
  CHECK(label_bands(bands, true) == std::vector<std::string>{"980 µs", "1,000 µs", "1,020 µs"});
  CHECK(label_bands(bands, false) == std::vector<std::string>{"980 us", "1,000 us", "1,020 us"});
}

TEST_CASE("bounds in one unit have as many decimals as the finest needs") {
  CHECK(label_bands(
            {{.from = 0ns, .count = 1}, {.from = 100us, .count = 1}, {.from = 500ms, .count = 1}},
            true) == std::vector<std::string>{"0.0 ms", "0.1 ms", "500.0 ms"});
  CHECK(label_bands({{.from = 5ns, .count = 1}}, true) == std::vector<std::string>{"5 ns"});
}

TEST_CASE("bounds far from each other keep their own units") {
  CHECK(label_bands({{.from = 125us, .count = 1}, {.from = 10s, .count = 1}}, true) ==
        std::vector<std::string>{"125 µs", "10.0 s"});
}
