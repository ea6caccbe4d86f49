// SPDX-License-Identifier: MIT
#include "core/parse.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace std::chrono_literals;

TEST_CASE("durations take a unit and a bare number is seconds") {
  CHECK(parse_duration("250ms").value() == 250ms);
  CHECK(parse_duration("5s").value() == 5s);
  CHECK(parse_duration("2m").value() == 2min);
  CHECK(parse_duration("1h").value() == 1h);
  CHECK(parse_duration("10").value() == 10s);
  CHECK(parse_duration("1.5s").value() == 1500ms);
  CHECK(parse_duration("20us").value() == 20us);
  CHECK(parse_duration("7ns").value() == 7ns);
  CHECK(parse_duration("0").value() == 0s);
}

TEST_CASE("durations may have several parts, the larger unit first") {
  CHECK(parse_duration("1m30s").value() == 90s);
  CHECK(parse_duration("1h30m").value() == 90min);
  CHECK(parse_duration("1h2m3s4ms").value() == 1h + 2min + 3s + 4ms);
  CHECK(parse_duration("1min1.5s").value() == 61'500ms);
  for (const char* text :
       {"30s1m", "1m30", "1m1m", "1s1000s", "1m-5s", "1m 30s", "m30s", "1m30x"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("what is not a duration is refused and the units are named") {
  for (const char* text : {"", "s", "-1s", "+1s", "5 s", "5x", "1e3", "inf", "nan", "0x10", "5ss",
                           "1e400", "999999999999h", ".5s"}) {
    INFO(text);
    const auto duration = parse_duration(text);
    REQUIRE_FALSE(duration.has_value());
    CHECK(duration.error().code == ErrorCode::usage);
    CHECK_THAT(duration.error().message, Catch::Contains("250ms"));
  }
}

TEST_CASE("sizes are bytes with binary and decimal multiples") {
  CHECK(parse_size("20").value() == 20);
  CHECK(parse_size("20B").value() == 20);
  CHECK(parse_size("64k").value() == 65'536);
  CHECK(parse_size("1MiB").value() == 1'048'576);
  CHECK(parse_size("1G").value() == 1'073'741'824);
  CHECK(parse_size("10MB").value() == 10'000'000);
  CHECK(parse_size("1.5k").value() == 1536);
  CHECK(parse_size("2TiB").value() == 2'199'023'255'552);
  CHECK(parse_size("1TB").value() == 1'000'000'000'000);
}

TEST_CASE("what is not a whole number of bytes is refused") {
  for (const char* text : {"", "k", "-1", "1.5", "1kb", "1tb", "99999999G"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text).has_value());
  }
  CHECK_THAT(parse_size("9000TiB").error().message, Catch::Contains("too large"));
}

TEST_CASE("rates are events a second") {
  CHECK(parse_rate("1000").value() == Approx(1000));
  CHECK(parse_rate("2.5k").value() == Approx(2500));
  CHECK(parse_rate("60/m").value() == Approx(1));
  CHECK(parse_rate("10/s").value() == Approx(10));
  CHECK(parse_rate("1e3").value() == Approx(1000));
  CHECK(parse_rate("1.5e3/s").value() == Approx(1500));
}

TEST_CASE("a rate of zero or without sense is refused") {
  for (const char* text : {"", "0", "0/s", "-5", "ten", "1/x", "2000M", "1e", "1e99", "1e-400"}) {
    INFO(text);
    CHECK_FALSE(parse_rate(text).has_value());
  }
}

TEST_CASE("integers outside their range are refused with the range") {
  CHECK(parse_integer("65535", 1, 65'535).value() == 65'535);
  for (const char* text : {"0", "65536", "", "1 ", "0x1", "-1", "99999999999999999999"}) {
    INFO(text);
    const auto integer = parse_integer(text, 1, 65'535);
    REQUIRE_FALSE(integer.has_value());
    CHECK_THAT(integer.error().message, Catch::Contains("from 1 to 65535"));
  }
}

TEST_CASE("counts may have a multiple or an exponent") {
  CHECK(parse_count("7", 1, 100).value() == 7);
  CHECK(parse_count("10k", 1, 100'000).value() == 10'000);
  CHECK(parse_count("1.5k", 1, 100'000).value() == 1'500);
  CHECK(parse_count("2M", 1, 10'000'000).value() == 2'000'000);
  CHECK(parse_count("1e3", 1, 10'000).value() == 1'000);
  CHECK(parse_count("18446744073709551615", 0, ~std::uint64_t{0}).value() == ~std::uint64_t{0});
}

TEST_CASE("what is no whole number within its range is no count") {
  for (const char* text :
       {"", "k", "1.5", "1.0005k", "-1k", "101", "1k", "1e9", "1e-2", "1ki", "5m"}) {
    INFO(text);
    const auto count = parse_count(text, 1, 100);
    REQUIRE_FALSE(count.has_value());
    CHECK_THAT(count.error().message, Catch::Contains("from 1 to 100"));
  }
}

TEST_CASE("durations are written in the unit a person would choose") {
  CHECK(format_duration(850ns) == "850 ns");
  CHECK(format_duration(12500ns) == "12.5 us");
  CHECK(format_duration(1250us) == "1.25 ms");
  CHECK(format_duration(10s) == "10 s");
}
