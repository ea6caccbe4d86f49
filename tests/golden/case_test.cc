// SPDX-License-Identifier: MIT
// Compares the reports of `wskit test` with files of this directory.
#include "report/case_json.h"
#include "report/case_text.h"
#include "report/github.h"
#include "report/junit.h"
#include "report/tap.h"
#include "stats/case_result.h"
#include "tests/golden/example_cases.h"
#include "tests/golden/golden_file.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
using wskit::test::awkward_cases;
using wskit::test::check_golden;
using wskit::test::example_cases;

TEST_CASE("the TAP of test cases is as agreed") {
  check_golden("cases.tap", write_tap(example_cases()));
  check_golden("cases-awkward.tap", write_tap(awkward_cases()));
  CHECK(write_tap({}).starts_with("TAP version 14\n1..0\n"));
}

TEST_CASE("the JUnit XML of test cases is as agreed") {
  check_golden("cases.xml", write_junit(example_cases()));
  check_golden("cases-awkward.xml", write_junit(awkward_cases()));
}

TEST_CASE("the JSON of test cases is as agreed") {
  check_golden("cases.json", write_case_json(example_cases()));
  check_golden("cases-awkward.json", write_case_json(awkward_cases()));
}

TEST_CASE("the annotations of test cases for GitHub are as agreed") {
  check_golden("cases.github.txt", github_annotations(example_cases()));
  check_golden("cases-awkward.github.txt", github_annotations(awkward_cases()));
  CHECK(github_annotations({}).empty());
}

TEST_CASE("test cases are counted by what became of them") {
  const stats::CaseCounts counts = count_cases(example_cases().cases);
  CHECK(counts.total == 7);
  CHECK(counts.passed == 3);
  CHECK(counts.failed == 1);
  CHECK(counts.errored == 1);
  CHECK(counts.skipped == 2);
}

TEST_CASE("test cases are written for people as they were") {
  const auto text = [](const stats::CaseRun& run, const TextOptions& options) {
    std::string out;
    for (const stats::CaseResult& result : run.cases) {
      out += write_case(result, options);
    }
    return out + write_case_summary(run, true, options);
  };
  check_golden("cases.txt", text(example_cases(), {}));
  check_golden("cases-ascii.txt", text(example_cases(), {.unicode = false}));
  check_golden("cases-colour.txt", text(example_cases(), {.colour = true}));
  check_golden("cases-awkward.txt", text(awkward_cases(), {}));
}
