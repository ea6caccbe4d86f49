// SPDX-License-Identifier: MIT
// Compares each output format of a load test's result with a file of this directory.
#include "report/csv.h"
#include "report/hdr.h"
#include "report/json.h"
#include "report/text.h"
#include "tests/golden/example_runs.h"
#include "tests/golden/golden_file.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
using wskit::test::check_golden;

namespace {

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

TEST_CASE("the text of a run of a script is as agreed") {
  check_golden("script.txt", write_text(test::script_run(), plain()));
  TextOptions narrow = plain();
  narrow.width = 60;
  check_golden("script-narrow.txt", write_text(test::script_run(), narrow));
}

TEST_CASE("the text of a fan-out is as agreed") {
  check_golden("fanout.txt", write_text(test::fanout_run(), plain()));
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
  check_golden("script.json", write_json(test::script_run()));
  check_golden("fanout.json", write_json(test::fanout_run()));
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
