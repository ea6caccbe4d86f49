// SPDX-License-Identifier: MIT
#include "stats/hdr_encoding.h"

#include <random>

#include "core/base64.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

namespace {

// Written by hdr-histogram-js 3.0.1 from the values of foreign_values().
constexpr std::string_view kForeign =
    "HISTFAAAADp4nJNpmSzMwMAgwsDAwMjAwMDMAAGMDAzMbgY7FjDA+EwsP+XZmDZ6XOC3nsB81pXv7WJGJgDJHwmx";

CompactHistogram foreign_values() {
  Histogram histogram;
  const HistogramLayout& layout = histogram.layout();
  for (const auto& [value, count] :
       std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 1},
                                                            {1, 2},
                                                            {2047, 3},
                                                            {2048, 1},
                                                            {50'000, 1000},
                                                            {51'000, 200},
                                                            {1'000'000, 7},
                                                            {1'234'567'890, 1}}) {
    histogram.add_at(layout.index_of(value), count);
  }
  return CompactHistogram(histogram);
}

CompactHistogram random_histogram(std::uint64_t seed, const HistogramConfig& config = {}) {
  std::mt19937_64 random(seed);
  Histogram histogram(config);
  const std::uint32_t length = histogram.layout().length();
  for (int i = 0; i < 500; ++i) {
    // Counts of every length of number, and runs of empty slots of every length.
    histogram.add_at(static_cast<std::uint32_t>(random() % length),
                     random() >> (10 + random() % 54));
  }
  return CompactHistogram(histogram);
}

void check_refused(const Expected<CompactHistogram>& decoded, std::string_view why) {
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code == ErrorCode::usage);
  CHECK_THAT(decoded.error().message, Catch::Contains(std::string(why)));
}

std::string with_byte(std::string bytes, std::size_t at, char value) {
  bytes.at(at) = value;
  return bytes;
}

}  // namespace

TEST_CASE("a histogram written by another implementation is read to the count") {
  const auto decoded = decode_v2_base64(kForeign);
  REQUIRE(decoded.has_value());
  CHECK(decoded->slots() == foreign_values().slots());
  CHECK(decoded->config() == HistogramConfig{});
}

TEST_CASE("counts are written in the bytes of the published format") {
  Histogram histogram;
  histogram.add_at(0, 1);
  histogram.add_at(2, 64);
  histogram.add_at(1000, 3);
  const std::string bytes = encode_v2(CompactHistogram(histogram));
  // 1 -> 02, one empty slot -> 00, 64 -> 80 01, 997 empty slots -> zigzag 1993 -> C9 0F, 3 -> 06.
  CHECK(bytes.substr(40) == std::string("\x02\x00\x80\x01\xc9\x0f\x06", 7));
  CHECK(bytes.substr(0, 8) == std::string("\x1c\x84\x93\x13\x00\x00\x00\x07", 8));
}

TEST_CASE("every histogram survives each of the encodings") {
  for (const HistogramConfig& config :
       {HistogramConfig{}, HistogramConfig{.lowest = 1000ns, .highest = 1h, .digits = 2},
        HistogramConfig{.lowest = 1ns, .highest = Nanoseconds::max(), .digits = 4}}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const CompactHistogram histogram = random_histogram(seed, config);
      for (const auto& decoded :
           {decode_v2(encode_v2(histogram)), decode_v2(encode_v2_compressed(histogram)),
            decode_v2_base64(encode_v2_base64(histogram))}) {
        REQUIRE(decoded.has_value());
        REQUIRE(decoded->slots() == histogram.slots());
        REQUIRE(decoded->config() == config);
      }
    }
  }
}

TEST_CASE("an empty histogram survives its encoding") {
  const auto decoded = decode_v2_base64(encode_v2_base64(CompactHistogram()));
  REQUIRE(decoded.has_value());
  CHECK(decoded->slots().empty());
}

TEST_CASE("a count of 63 bits takes nine bytes and survives") {
  Histogram histogram;
  histogram.add_at(5, std::uint64_t{1} << 62);
  const auto decoded = decode_v2(encode_v2(CompactHistogram(histogram)));
  REQUIRE(decoded.has_value());
  CHECK(decoded->count() == std::uint64_t{1} << 62);
}

TEST_CASE("bytes cut short at any place are refused") {
  const CompactHistogram histogram = random_histogram(3);
  for (const std::string& bytes : {encode_v2(histogram), encode_v2_compressed(histogram)}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto decoded = decode_v2(std::string_view(bytes).substr(0, size));
      INFO("cut to " << size << " of " << bytes.size());
      REQUIRE_FALSE(decoded.has_value());
    }
  }
  CHECK(decode_v2(encode_v2(histogram)).has_value());
}

TEST_CASE("hostile headers are refused before memory is taken") {
  const std::string good = encode_v2(random_histogram(4));
  check_refused(decode_v2(with_byte(good, 0, '\0')), "cookie");
  check_refused(decode_v2(with_byte(good, 4, '\x7f')), "more counts");
  check_refused(decode_v2(with_byte(good, 8, '\x01')), "shifted");
  check_refused(decode_v2(with_byte(good, 15, '\x06')), "digits");
  check_refused(decode_v2(with_byte(good, 12, '\x80')), "digits");
  check_refused(decode_v2(with_byte(good, 16, '\x80')), "range");
  check_refused(decode_v2(with_byte(good, 24, '\x80')), "range");
  check_refused(decode_v2_base64("****"), "base64");
  check_refused(decode_v2_base64(""), "ends");
}

TEST_CASE("hostile counts are refused") {
  Histogram last;
  last.add_at(last.layout().length() - 1, 1);
  const std::string good = encode_v2(CompactHistogram(last));
  const auto with_counts = [&](const std::string& counts) {
    std::string bytes = good.substr(0, 40) + counts;
    bytes[7] = static_cast<char>(counts.size());
    return decode_v2(bytes);
  };
  REQUIRE(with_counts(good.substr(40)).has_value());
  check_refused(with_counts(good.substr(40) + "\x02"), "more counts");
  check_refused(with_counts(good.substr(40) + std::string(1, '\0')), "more counts");
  check_refused(with_counts("\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "more counts");
  const std::string huge("\xfe\xff\xff\xff\xff\xff\xff\xff\xff");
  REQUIRE(with_counts(huge).has_value());
  check_refused(with_counts(huge + "\x02"), "63 bits");
  check_refused(with_counts("\x80"), "within a count");
}

TEST_CASE("random damage never does more than refuse or change counts") {
  std::mt19937_64 random(77);
  const std::string good = encode_v2_compressed(random_histogram(5));
  const std::string plain = encode_v2(random_histogram(5));
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = i % 2 == 0 ? good : plain;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    refused += decode_v2(bytes).has_value() ? 0 : 1;
  }
  CHECK(refused > 300);
}
