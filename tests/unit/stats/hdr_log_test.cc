// SPDX-License-Identifier: MIT
#include "stats/hdr_log.h"

#include "stats/hdr_encoding.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

namespace {

CompactHistogram one_value(Nanoseconds value) {
  CompactHistogram histogram;
  histogram.record(value);
  return histogram;
}

HdrLog example() {
  return {.start_s = 1'755'856'800.25,
          .base_s = 1'755'856'800.25,
          .lines = {{.tag = "response", .start_s = 0, .length_s = 1, .histogram = one_value(2ms)},
                    {.tag = "", .start_s = 1, .length_s = 0.5, .histogram = one_value(3us)}}};
}

void check_refused(std::string_view text, std::string_view why) {
  const auto log = parse_hdr_log(text);
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().code == ErrorCode::usage);
  CHECK_THAT(log.error().message, Catch::Contains(std::string(why)));
}

}  // namespace

TEST_CASE("a histogram log begins with its version and times and has a line an interval") {
  const std::string text = write_hdr_log(example());
  CHECK_THAT(text, Catch::StartsWith("#[Histogram log format version 1.3]\n"
                                     "#[StartTime: 1755856800.250 (seconds since epoch)]\n"
                                     "#[BaseTime: 1755856800.250 (seconds since epoch)]\n"
                                     "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                                     "\"Interval_Compressed_Histogram\"\n"
                                     "Tag=response,0.000,1.000,2.001,HISTFAAAA"));
  CHECK_THAT(text, Catch::Contains("\n1.000,0.500,0.003,HISTFAAAA"));
}

TEST_CASE("a histogram log survives writing and reading") {
  const auto log = parse_hdr_log(write_hdr_log(example()));
  REQUIRE(log.has_value());
  CHECK(log->start_s == Approx(1'755'856'800.25));
  CHECK(log->base_s == Approx(1'755'856'800.25));
  REQUIRE(log->lines.size() == 2);
  CHECK(log->lines[0].tag == "response");
  CHECK(log->lines[0].length_s == Approx(1));
  CHECK(log->lines[0].histogram.slots() == one_value(2ms).slots());
  CHECK(log->lines[1].tag.empty());
  CHECK(log->lines[1].start_s == Approx(1));
  CHECK(log->lines[1].length_s == Approx(0.5));
}

TEST_CASE("comments legends and line ends of other writers are understood") {
  const std::string histogram = encode_v2_base64(one_value(5us));
  const auto log = parse_hdr_log(
      "#logged with another tool\r\n"
      "#[Histogram log format version 1.2]\r\n"
      "#[StartTime: 1441812279.474 (seconds since epoch), Wed Sep 09]\r\n"
      "\r\n"
      "\"StartTimestamp\",\"EndTimestamp\",\"Interval_Max\",\"x\"\r\n"
      "0.127,1.007,2.769," +
      histogram);
  REQUIRE(log.has_value());
  CHECK(log->start_s == Approx(1'441'812'279.474));
  REQUIRE(log->lines.size() == 1);
  CHECK(log->lines[0].start_s == Approx(0.127));
}

TEST_CASE("a broken histogram log is refused with the number of the line") {
  const std::string histogram = encode_v2_base64(one_value(5us));
  check_refused("#[Histogram log format version 2.0]\n", "line 1: its format version");
  check_refused("#ok\n#[StartTime: soon]\n", "line 2: its time");
  check_refused("1,2,3\n", "line 1:");
  check_refused("1,2,3,AAAA\n", "V2");
  check_refused("a,2,3," + histogram, "start,length,max");
  check_refused("nan,2,3," + histogram, "start,length,max");
  check_refused("1,2," + histogram, "start,length,max");
  check_refused("Tag=a b,1,2,3," + histogram, "tag");
}
