// SPDX-License-Identifier: MIT
#include "stats/hdr_percentiles.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

TEST_CASE("the percentile distribution is that of the HdrHistogram libraries") {
  Histogram histogram;
  for (int i = 1; i <= 4; ++i) {
    histogram.record(Nanoseconds(i * 500));
  }
  // As printed by hdr-histogram-js 3.0.1 for the same values and a ratio of 1,000.
  CHECK(write_percentile_distribution(histogram) ==
        "       Value     Percentile TotalCount 1/(1-Percentile)\n"
        "\n"
        "       0.500 0.000000000000          1           1.00\n"
        "       0.500 0.100000000000          1           1.11\n"
        "       0.500 0.200000000000          1           1.25\n"
        "       1.000 0.300000000000          2           1.43\n"
        "       1.000 0.400000000000          2           1.67\n"
        "       1.000 0.500000000000          2           2.00\n"
        "       1.500 0.550000000000          3           2.22\n"
        "       1.500 0.600000000000          3           2.50\n"
        "       1.500 0.650000000000          3           2.86\n"
        "       1.500 0.700000000000          3           3.33\n"
        "       1.500 0.750000000000          3           4.00\n"
        "       2.000 0.775000000000          4           4.44\n"
        "       2.000 1.000000000000          4\n"
        "#[Mean    =        1.250, StdDeviation   =        0.559]\n"
        "#[Max     =        2.000, Total count    =            4]\n"
        "#[Buckets =           32, SubBuckets     =         2048]\n");
}

TEST_CASE("the distribution of nothing has no line and that of very much ends") {
  CHECK_THAT(write_percentile_distribution(Histogram()),
             Catch::Contains("Total count    =            0]"));
  Histogram huge;
  huge.add_at(1, std::uint64_t{1} << 61);
  huge.add_at(2, 1);
  huge.add_at(3, 1);
  CHECK_THAT(write_percentile_distribution(huge),
             Catch::Contains("0.003 1.000000000000 2305843009213693954\n"));
}
