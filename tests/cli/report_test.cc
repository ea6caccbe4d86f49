// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/wskit.h"
#include "tests/support/catch.h"

using namespace wskit::test;

namespace {

std::string golden(const std::string& name) {
  return std::string(WSKIT_GOLDEN_DIR "/").append(name);
}

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

Exit report(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "report");
  return wskit::test::wskit(arguments);
}

void check_converts(const std::string& from, std::vector<std::string> arguments,
                    const std::string& to) {
  arguments.insert(arguments.begin(), golden(from));
  const Exit exit = report(arguments);
  CHECK(exit.code == 0);
  CHECK(exit.err.empty());
  CHECK(exit.out == content_of(golden(to)));
}

void check_refused(const Exit& exit, const std::vector<std::string>& parts) {
  INFO(exit.err);
  CHECK(exit.code == 2);
  CHECK(exit.out.empty());
  CHECK(std::ranges::count(exit.err, '\n') == 1);
  for (const std::string& part : parts) {
    CHECK_THAT(exit.err, Catch::Contains(part));
  }
}

}  // namespace

TEST_CASE("a result file converts to each format as if the run had written it") {
  check_converts("open.json", {"--format", "json"}, "open.json");
  check_converts("open.json", {"--format", "csv"}, "open.csv");
  check_converts("open.json", {"--format", "hlog"}, "open.hlog");
  check_converts("open.json", {"--format", "hgrm"}, "open-response.hgrm");
  check_converts("closed.json", {"--format", "csv", "--metric", "service"}, "closed-service.csv");
}

TEST_CASE("a result file is shown as text without colour on a pipe") {
  const Exit exit = report({golden("broken.json")});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Catch::StartsWith("FAILED  3 of 4 thresholds"));
  CHECK(exit.out.find('\x1b') == std::string::npos);
  CHECK_THAT(report({golden("broken.json"), "--color", "always"}).out, Catch::Contains("\x1b[31m"));
}

TEST_CASE("several result files are shown one after the other under their names") {
  const Exit exit = report({golden("open.json"), golden("closed.json")});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Catch::Contains("== " + golden("open.json")));
  CHECK_THAT(exit.out, Catch::Contains("\n== " + golden("closed.json")));
  check_refused(report({golden("open.json"), golden("closed.json"), "--format", "csv"}),
                {"takes one file"});
}

TEST_CASE("output goes to a file that is complete or absent") {
  namespace fs = std::filesystem;
  const fs::path directory = fs::path(WSKIT_BINARY).parent_path() / "report-test";
  fs::remove_all(directory);
  fs::create_directory(directory);
  const std::string file = (directory / "out.csv").string();
  CHECK(report({golden("open.json"), "--format", "csv", "-o", file}).code == 0);
  CHECK(content_of(file) == content_of(golden("open.csv")));
  CHECK(report({golden("open.txt"), "-o", (directory / "absent").string()}).code == 2);
  CHECK(std::distance(fs::directory_iterator(directory), fs::directory_iterator()) == 1);
  const Exit missing = report({golden("open.json"), "-o", (directory / "no/such/file").string()});
  CHECK(missing.code == 23);
  CHECK_THAT(missing.err, Catch::Contains("there is no directory"));
  fs::remove_all(directory);
}

TEST_CASE("a file that is no result is refused in one line with its name and the reason") {
  check_refused(report({golden("open.csv")}), {golden("open.csv"), "not JSON"});
  check_refused(report({golden("missing.json")}), {golden("missing.json"), "No such file"});
  check_refused(report({golden("")}), {"directory"});
  check_refused(report({"/dev/null"}), {"/dev/null", "not JSON"});
}

TEST_CASE("a metric that does not exist is refused with those that do") {
  check_refused(report({golden("open.json"), "--metric", "latency"}), {"latency", "pacer_lag"});
  check_refused(report({golden("closed.json"), "--metric", "response"}), {"has no response"});
  check_refused(report({golden("open.json"), "--metric", "service", "--format", "json"}),
                {"--metric"});
}

TEST_CASE("report without a file or with an unknown format is a usage error") {
  CHECK(report({}).code == 2);
  CHECK(report({golden("open.json"), "--format", "xml"}).code == 2);
}
