// SPDX-License-Identifier: MIT
// Histograms that we write are read by an implementation that is not ours, and the reverse.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "core/json.h"
#include "stats/compact_histogram.h"
#include "stats/hdr_encoding.h"
#include "stats/hdr_log.h"
#include "stats/hdr_percentiles.h"
#include "stats/histogram.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::test;

namespace {

const std::string kHere = WSKIT_INTEROP_DIRECTORY;

/// What the other implementation prints.
std::string hdr_js_text(std::vector<std::string> arguments) {
  const std::string modules = kHere + "/node_modules";
  if (!std::filesystem::exists(modules + "/hdr-histogram-js/package.json")) {
    skip("npm's hdr-histogram-js is not installed; scripts/npm-packages does it");
  }
  setenv("WSKIT_NODE_MODULES", modules.c_str(), 1);
  const std::vector<std::string> front{"/usr/bin/env", "node", kHere + "/hdr.js"};
  arguments.insert(arguments.begin(), front.begin(), front.end());
  const Exit exit = run(arguments);
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  return exit.out;
}

Json hdr_js(std::vector<std::string> arguments) {
  return parse_json(hdr_js_text(std::move(arguments))).value();
}

/// A file that is gone at the end of the test.
class ScratchFile {
 public:
  ScratchFile(const std::string& name, const std::string& content)
      : path_(std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + "-" + name)) {
    std::ofstream(path_) << content;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// From tens of nanoseconds to minutes, with holes.
stats::Histogram wide_histogram() {
  stats::Histogram histogram;
  for (std::uint64_t value = 17; value < 100'000'000'000; value += value / 50 + 1) {
    for (std::uint64_t i = 0; i <= value % 7; ++i) {
      histogram.record(Nanoseconds(static_cast<std::int64_t>(value)));
    }
  }
  return histogram;
}

void check_same(const Json& found, const stats::Histogram& histogram) {
  CHECK(found["count"] == histogram.count());
  CHECK(found["min"] == histogram.min().count());
  CHECK(found["max"] == histogram.max().count());
  CHECK(found["p50"] == histogram.value_at_percentile(50).count());
  CHECK(found["p90"] == histogram.value_at_percentile(90).count());
  CHECK(found["p99"] == histogram.value_at_percentile(99).count());
  CHECK(found["p99_9"] == histogram.value_at_percentile(99.9).count());
}

}  // namespace

TEST_CASE("another implementation reads our histograms to the same percentiles") {
  const stats::Histogram histogram = wide_histogram();
  const ScratchFile file("ours.b64", stats::encode_v2_base64(stats::CompactHistogram(histogram)));
  check_same(hdr_js({"read", file.path()}), histogram);
}

TEST_CASE("we read the histograms of another implementation to the same percentiles") {
  const Json found = hdr_js({"write"});
  const auto histogram = stats::decode_v2_base64(found["base64"].get<std::string>());
  REQUIRE(histogram.has_value());
  check_same(found, histogram->expand());
}

TEST_CASE("another implementation reads our histogram log line by line") {
  const stats::Histogram histogram = wide_histogram();
  stats::HdrLog log{.start_s = 1'700'000'000, .base_s = 1'700'000'000, .lines = {}};
  for (const char* tag : {"response", "service"}) {
    log.lines.push_back(
        {.tag = tag, .start_s = 1, .length_s = 1, .histogram = stats::CompactHistogram(histogram)});
  }
  const ScratchFile file("ours.hlog", stats::write_hdr_log(log));
  const Json found = hdr_js({"log", file.path()});
  REQUIRE(found["lines"].size() == 2);
  CHECK(found["start"] == 1'700'000'000);
  CHECK(found["lines"][0]["tag"] == "response");
  CHECK(found["lines"][1]["tag"] == "service");
  for (const Json& line : found["lines"]) {
    check_same(line, histogram);
  }
}

TEST_CASE("we read the histogram log of another implementation line by line") {
  const auto log = stats::parse_hdr_log(hdr_js_text({"write-log"}));
  REQUIRE(log.has_value());
  CHECK(log->start_s == Approx(1'700'000'000.25));
  REQUIRE(log->lines.size() == 2);
  CHECK(log->lines[0].tag == "response");
  CHECK(log->lines[1].tag == "service");
  CHECK(log->lines[1].start_s == Approx(1));
  CHECK(log->lines[1].length_s == Approx(1));
  const Json found = hdr_js({"write"});
  for (const stats::HdrLogLine& line : log->lines) {
    check_same(found, line.histogram.expand());
  }
}

TEST_CASE("our percentile distribution is that of another implementation to the byte") {
  const stats::Histogram histogram = wide_histogram();
  const ScratchFile file("ours.b64", stats::encode_v2_base64(stats::CompactHistogram(histogram)));
  CHECK(stats::write_percentile_distribution(histogram) == hdr_js_text({"hgrm", file.path()}));
}
