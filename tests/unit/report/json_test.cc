// SPDX-License-Identifier: MIT
#include "report/json.h"

#include <random>

#include "core/json.h"
#include "report/text.h"
#include "tests/golden/example_runs.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
using namespace std::chrono_literals;

namespace {

Json example() {
  return parse_json(write_json(test::open_run())).value();
}

void check_refused(const Json& json, std::string_view why) {
  const auto result = read_json(dump_json(json));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::unreadable_file);
  CHECK_THAT(result.error().message, Catch::Contains(std::string(why)));
}

/// A random node of the document, and a random thing done to it.
void damage(Json& json, std::mt19937_64& random) {
  Json* node = &json;
  while (node->is_structured() && !node->empty() && random() % 5 != 0) {
    const auto step = static_cast<std::ptrdiff_t>(random() % node->size());
    node = &*std::next(node->begin(), step);
  }
  switch (random() % 6) {
    case 0:
      *node = nullptr;
      break;
    case 1:
      *node = -1;
      break;
    case 2:
      *node = Json::array({1, "x"});
      break;
    case 3:
      *node = "HISTFAAAAAA=";
      break;
    case 4:
      *node = 1e300;
      break;
    default:
      *node = Json::object();
  }
}

}  // namespace

TEST_CASE("a result survives writing and reading") {
  for (const stats::RunResult& run :
       {test::open_run(), test::closed_run(), test::script_run(), test::broken_run()}) {
    const std::string text = write_json(run);
    const auto read = read_json(text);
    INFO((read ? "" : read.error().message));
    REQUIRE(read.has_value());
    // The URL of the broken run is no UTF-8 text of a JSON file only in what replaces its bytes.
    CHECK(write_json(*read) == text);
    CHECK(read->counts == run.counts);
    CHECK(read->run.start == run.run.start);
    CHECK(read->intervals.size() == run.intervals.size());
  }
}

TEST_CASE("the percentiles in a result are those of its histogram") {
  const Json metric = example()["metrics"]["response"];
  const auto read = read_json(write_json(test::open_run()));
  const auto& response = read->metrics[stats::MetricId::response];
  CHECK(metric["p99"].get<double>() ==
        Approx(static_cast<double>(response->percentile(99).value.count()) / 1000));
  CHECK(metric["count"].get<std::uint64_t>() == response->answered().count());
}

TEST_CASE("a metric that does not exist in the model is absent and an empty one has no values") {
  stats::RunResult run;
  run.metrics[stats::MetricId::service].emplace();
  const Json json = parse_json(write_json(run)).value();
  CHECK_FALSE(json["metrics"].contains("response"));
  CHECK(json["metrics"]["service"]["p99"].is_null());
  CHECK(json["metrics"]["service"]["count"] == 0);
  CHECK(read_json(write_json(run)).has_value());
}

TEST_CASE("overflow and censored values survive writing and reading") {
  stats::RunResult run;
  stats::Metric& metric = run.metrics[stats::MetricId::service].emplace();
  metric.record(2h);
  metric.record(-1ns);
  metric.record_censored(10s);
  metric.record_censored(2h);
  const auto read = read_json(write_json(run));
  REQUIRE(read.has_value());
  const auto& service = read->metrics[stats::MetricId::service];
  CHECK(service->answered().overflow() == 1);
  CHECK(service->answered().negative() == 1);
  CHECK(service->censored_count() == 2);
  CHECK(service->censored()->overflow() == 1);
}

TEST_CASE("names that a later version adds are skipped") {
  Json json = example();
  json["new"] = 1;
  json["run"]["new"] = "x";
  json["counts"]["new"] = 2;
  json["metrics"]["new_metric"] = json["metrics"]["response"];
  CHECK(read_json(dump_json(json)).has_value());
}

TEST_CASE("a result of a version that did not say how connections were made is read") {
  Json json = example();
  for (const char* name : {"transport", "subprotocol", "compression"}) {
    json["run"].erase(name);
  }
  json["connections"].erase("first_failure");
  const auto read = read_json(dump_json(json));
  REQUIRE(read.has_value());
  CHECK_FALSE(read->run.unix_socket);
  CHECK(read->run.subprotocol.empty());
}

TEST_CASE("what is not a result is refused with the reason") {
  check_refused(Json::array(), "the document is not an object");
  check_refused(Json::object(), "not a result of wskit");
  Json later = example();
  later["wskit_result"] = 2;
  check_refused(later, "version 2");
  for (const char* text : {"", "{",
                           "\x7f"
                           "ELF",
                           "#[Histogram log format version 1.3]"}) {
    const auto result = read_json(text);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::unreadable_file);
  }
}

TEST_CASE("a broken member is refused with its place") {
  const auto with = [](const char* pointer, const Json& value) {
    Json json = example();
    json[Json::json_pointer(pointer)] = value;
    return json;
  };
  check_refused(with("/counts/ok", -1), "counts.ok is not a whole number");
  check_refused(with("/counts/ok", 1.5), "counts.ok is not a whole number");
  check_refused(with("/run/threads", 4'294'967'296), "run.threads is not a whole number");
  check_refused(with("/run/model", "half-open"), "run.model is neither");
  check_refused(with("/run/start", "yesterday"), "run.start is not a time");
  check_refused(with("/run/shard", 1), "run.shard is not an object");
  check_refused(with("/run/interrupted", "no"), "run.interrupted is not true or false");
  check_refused(with("/rates/ok_per_s", "fast"), "rates.ok_per_s is not a number");
  check_refused(with("/metrics/service/hdr", "AAAA"), "metrics.service.hdr is not an HdrHistogram");
  check_refused(with("/metrics/service/count", 7), "metrics.service.count is not the number");
  check_refused(with("/metrics/service/unit", "ms"), "metrics.service has units");
  check_refused(with("/metrics/service/censored", 1), "metrics.service.censored_hdr is missing");
  check_refused(with("/intervals/1/counts/sent", nullptr), "intervals[1].counts.sent");
  check_refused(with("/verdict/thresholds/0/ok", 1), "verdict.thresholds[0].ok");
  check_refused(with("/connections/failed/x", "y"), "connections.failed.x");
  Json missing = example();
  missing["counts"].erase("lost");
  check_refused(missing, "counts.lost is missing");
}

TEST_CASE("random damage is refused or read and never more") {
  std::mt19937_64 random(12);
  const Json good = parse_json(write_json(test::broken_run())).value();
  int refused = 0;
  for (int i = 0; i < 150; ++i) {
    Json json = good;
    damage(json, random);
    const auto result = read_json(dump_json(json));
    if (result) {
      CHECK_FALSE(write_text(*result, {}).empty());
    } else {
      ++refused;
      CHECK_FALSE(result.error().message.empty());
    }
  }
  CHECK(refused > 50);
}
