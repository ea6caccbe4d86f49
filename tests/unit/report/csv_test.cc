// SPDX-License-Identifier: MIT
#include "report/csv.h"

#include <algorithm>
#include <vector>

#include "tests/golden/example_runs.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;

namespace {

std::vector<std::vector<std::string>> cells(const std::string& csv) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  for (const char c : csv) {
    if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.emplace_back(1);
    } else if (c != '\r') {
      rows.back().back() += c;
    }
  }
  rows.pop_back();
  return rows;
}

std::string cell(const std::vector<std::vector<std::string>>& rows, std::size_t row,
                 std::string_view column) {
  const auto found = std::find(rows[0].begin(), rows[0].end(), column);
  REQUIRE(found != rows[0].end());
  return rows[row][static_cast<std::size_t>(found - rows[0].begin())];
}

}  // namespace

TEST_CASE("CSV has a row a phase and a second and every row has every column") {
  const auto rows = cells(write_csv(test::open_run()));
  REQUIRE(rows.size() == 1 + 2 + 3);
  for (const auto& row : rows) {
    CHECK(row.size() == rows[0].size());
  }
  CHECK(cell(rows, 1, "phase") == "measure");
  CHECK(cell(rows, 2, "phase") == "warmup");
  CHECK(cell(rows, 4, "start_s") == "1");
  CHECK(cell(rows, 1, "counts.ok") == "3000");
  CHECK(cell(rows, 4, "response.max_us") == "41025.535");
}

TEST_CASE("cells without a value are empty") {
  const auto rows = cells(write_csv(test::open_run()));
  CHECK(cell(rows, 3, "connect_tcp.p50_us").empty());
  CHECK_FALSE(cell(rows, 1, "connect_tcp.p50_us").empty());
}

TEST_CASE("CSV of one metric has the columns of no other") {
  const std::string csv = write_csv(test::open_run(), stats::MetricId::blocked);
  CHECK_THAT(csv, Catch::Contains("blocked.p99_us"));
  CHECK_THAT(csv, !Catch::Contains("response.p99_us"));
}
