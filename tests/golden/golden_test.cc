// SPDX-License-Identifier: MIT
// Compares each output format with a file of this directory. After a wanted change, run with
// WSKIT_UPDATE_GOLDEN=1 and read the diff before committing it.
#include <cstdlib>
#include <string>

#include "report/csv.h"
#include "report/file.h"
#include "report/hdr.h"
#include "report/json.h"
#include "report/text.h"
#include "tests/golden/example_runs.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;

namespace {

constexpr std::size_t kMaxBytes = 10'000'000;

void check_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(WSKIT_GOLDEN_DIR "/").append(name);
  if (std::getenv("WSKIT_UPDATE_GOLDEN") != nullptr) {
    REQUIRE(write_file(path, actual).has_value());
  }
  const auto expected = read_file(path, kMaxBytes);
  REQUIRE(expected.has_value());
  CHECK(actual == *expected);
}

TextOptions plain() {
  return {.colour = false, .unicode = true, .width = 80};
}

}  // namespace

TEST_CASE("the text of an open run is as agreed") {
  check_golden("open.txt", write_text(test::open_run(), plain()));
}

TEST_CASE("the text of a closed run is as agreed") {
  check_golden("closed.txt", write_text(test::closed_run(), plain()));
}

TEST_CASE("the text of a run in which everything goes wrong is as agreed") {
  check_golden("broken.txt", write_text(test::broken_run(), plain()));
}

TEST_CASE("the text in ASCII is as agreed") {
  TextOptions options = plain();
  options.unicode = false;
  check_golden("open-ascii.txt", write_text(test::open_run(), options));
}

TEST_CASE("the text on a narrow terminal is as agreed") {
  TextOptions options = plain();
  options.width = 60;
  check_golden("broken-narrow.txt", write_text(test::broken_run(), options));
}

TEST_CASE("the coloured text is as agreed") {
  TextOptions options = plain();
  options.colour = true;
  options.width = 120;
  check_golden("broken-colour.txt", write_text(test::broken_run(), options));
}

TEST_CASE("result files are as agreed") {
  check_golden("open.json", write_json(test::open_run()));
  check_golden("closed.json", write_json(test::closed_run()));
  check_golden("broken.json", write_json(test::broken_run()));
}

TEST_CASE("CSV is as agreed") {
  check_golden("open.csv", write_csv(test::open_run()));
  check_golden("closed-service.csv", write_csv(test::closed_run(), stats::MetricId::service));
}

TEST_CASE("histogram logs and percentile distributions are as agreed") {
  check_golden("open.hlog", write_hlog(test::open_run()));
  const auto distribution = write_hgrm(test::open_run(), stats::MetricId::response);
  REQUIRE(distribution.has_value());
  check_golden("open-response.hgrm", *distribution);
}
