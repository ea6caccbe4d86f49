// SPDX-License-Identifier: MIT
#include "stats/threshold.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;
using namespace std::chrono_literals;

namespace {

// 100 messages of an open model, answered after 1 ms, 2 ms ... 90 ms; the other 10 as asked.
RunResult open_run() {
  RunResult result;
  result.run.model = Model::open;
  Metric& response = result.metrics[MetricId::response].emplace();
  Metric& service = result.metrics[MetricId::service].emplace();
  for (int i = 1; i <= 90; ++i) {
    response.record(i * 1ms);
    service.record(i * 500us);
  }
  result.metrics[MetricId::connect_total].emplace().record(3ms);
  result.metrics[MetricId::connect_tls].emplace();
  result.counts.scheduled = 90;
  result.counts.sent = 90;
  result.counts.ok = 90;
  result.rates = {.scheduled_per_s = 10'000, .sent_per_s = 9950, .ok_per_s = 9900.5};
  result.connections.opened = 1;
  return result;
}

ThresholdResult result_of(std::string_view expr, const RunResult& result) {
  const auto threshold = parse_threshold(expr);
  INFO(expr << (threshold ? "" : threshold.error().message));
  REQUIRE(threshold.has_value());
  return evaluate(*threshold, result);
}

bool holds(std::string_view expr, const RunResult& result) {
  return result_of(expr, result).ok;
}

void check_threshold_refused(std::string_view expr, std::string_view hint) {
  const auto threshold = parse_threshold(expr);
  INFO(expr);
  REQUIRE_FALSE(threshold.has_value());
  CHECK(threshold.error().code == ErrorCode::usage);
  CHECK_THAT(threshold.error().message, Catch::Contains(std::string(hint)));
}

}  // namespace

TEST_CASE("a bare percentile means response in the open model and service in the closed one") {
  RunResult result = open_run();
  CHECK(result_of("p50<1s", result).value == Approx(45'000).epsilon(0.001));
  result.run.model = Model::closed;
  CHECK(result_of("p50<1s", result).value == Approx(22'500).epsilon(0.001));
}

TEST_CASE("every comparison compares") {
  const RunResult result = open_run();
  CHECK(holds("ok==90", result));
  CHECK_FALSE(holds("ok==91", result));
  CHECK(holds("ok<91", result));
  CHECK_FALSE(holds("ok<90", result));
  CHECK(holds("ok<=90", result));
  CHECK_FALSE(holds("ok<=89", result));
  CHECK(holds("ok>89", result));
  CHECK_FALSE(holds("ok>90", result));
  CHECK(holds("ok>=90", result));
  CHECK_FALSE(holds("ok>=91", result));
}

TEST_CASE("statistics of any metric can be asked for") {
  const RunResult result = open_run();
  CHECK(holds("p99<91ms", result));
  CHECK_FALSE(holds("p99<89ms", result));
  CHECK(holds("p99.9<91ms", result));
  CHECK(holds("response.p99_9<91ms", result));
  CHECK(holds("service.max<=46ms", result));
  CHECK(holds("response.mean<46ms", result));
  CHECK_FALSE(holds("response.mean<45ms", result));
  CHECK(holds("service.min>400us", result));
  CHECK(holds("response.stddev<30ms", result));
  CHECK(holds("connect_total.p95 < 4ms", result));
  CHECK(holds("response.count==90", result));
}

TEST_CASE("rates shares and connections can be asked for") {
  RunResult result = open_run();
  CHECK(holds("rate>9900", result));
  CHECK(holds("rate>9.9k", result));
  CHECK_FALSE(holds("rate>9901", result));
  CHECK(holds("rate>0", result));
  CHECK(holds("sent_per_s==9950", result));
  CHECK(holds("errors==0", result));
  result.counts.scheduled = 1000;
  result.counts.timeout = 1;
  CHECK(holds("errors<=0.1%", result));
  CHECK_FALSE(holds("errors<0.1%", result));
  CHECK(result_of("errors<1%", result).value == Approx(0.001));
  CHECK(holds("connections.opened==1", result));
  CHECK(holds("connections.failed==0", result));
  raise(result.connections.closed_early, ErrorCode::eof, 3);
  CHECK(holds("connections.closed_early==3", result));
}

TEST_CASE("a server that drops half of the messages cannot pass a percentile") {
  RunResult result = open_run();
  for (std::uint64_t Counts::* fate : {&Counts::timeout, &Counts::lost, &Counts::corrupted}) {
    result.counts = {};
    result.counts.*fate = 90;
    for (const char* expr : {"p99<1h", "service.p99<1h", "max<1h", "mean<1h", "stddev<1h"}) {
      const ThresholdResult verdict = result_of(expr, result);
      INFO(expr);
      CHECK_FALSE(verdict.ok);
      CHECK_FALSE(verdict.value.has_value());
      CHECK_THAT(verdict.reason, Catch::Contains("90 of 180"));
    }
    CHECK(holds("p50<91ms", result));
    CHECK_FALSE(holds("p51<1h", result));
    CHECK(holds("min<2ms", result));
  }
}

TEST_CASE("messages that were never sent count against response but not against service") {
  RunResult result = open_run();
  for (std::uint64_t Counts::* fate : {&Counts::unsent, &Counts::dropped_late}) {
    result.counts = {};
    result.counts.*fate = 90;
    CHECK_FALSE(holds("response.p99<1h", result));
    CHECK(holds("service.p99<46ms", result));
  }
}

TEST_CASE("connections that failed count against the time to connect") {
  RunResult result = open_run();
  raise(result.connections.failed, ErrorCode::tcp_refused);
  CHECK_FALSE(holds("connect_total.max<1h", result));
  CHECK(holds("connect_total.p50<4ms", result));
}

TEST_CASE("values above the range of the histogram rank as infinite") {
  RunResult result = open_run();
  result.metrics[MetricId::response]->record(2h);
  CHECK_FALSE(holds("max<100h", result));
  CHECK(holds("p90<91ms", result));
}

TEST_CASE("a threshold on what has no value fails and says why") {
  RunResult result = open_run();
  for (const char* expr : {"blocked.p99<1h", "blocked.p99>0"}) {
    const ThresholdResult absent = result_of(expr, result);
    CHECK_FALSE(absent.ok);
    CHECK_THAT(absent.reason, Catch::Contains("no blocked"));
  }
  const ThresholdResult empty = result_of("connect_tls.p95<20ms", result);
  CHECK_FALSE(empty.ok);
  CHECK_THAT(empty.reason, Catch::Contains("connect_tls has no values"));
  result.counts = {};
  CHECK_THAT(result_of("errors<1%", result).reason, Catch::Contains("no message"));
  CHECK_FALSE(holds("errors<1%", result));
}

TEST_CASE("an unknown name is refused with those that exist") {
  check_threshold_refused("latency<50ms", "'latency' is not measured");
  check_threshold_refused("latency<50ms", "response");
  check_threshold_refused("latency<50ms", "payload_bytes_received");
  check_threshold_refused("p101<50ms", "not measured");
  check_threshold_refused("p<50ms", "not measured");
  check_threshold_refused("p-1<50ms", "not measured");
  check_threshold_refused("response.<50ms", "not measured");
  check_threshold_refused("response<50ms", "not measured");
  check_threshold_refused("reply.p99<50ms", "not measured");
  check_threshold_refused("<50ms", "not measured");
}

TEST_CASE("a limit without sense for its subject is refused") {
  check_threshold_refused("p99<50", "unit");
  check_threshold_refused("p99<", "unit");
  check_threshold_refused("p99<fast", "unit");
  check_threshold_refused("errors<5", "percentage");
  check_threshold_refused("errors<101%", "percentage");
  check_threshold_refused("errors<%", "percentage");
  check_threshold_refused("rate>10ms", "rate");
  check_threshold_refused("timeout<5ms", "plain number");
  check_threshold_refused("timeout<-1", "plain number");
  check_threshold_refused("timeout<nan", "plain number");
}

TEST_CASE("a missing or unknown comparison is refused") {
  for (const char* expr : {"", "p99", "p99=50ms", "p99!=50ms", "p99=<50ms"}) {
    check_threshold_refused(expr, "< <= > >= or ==");
  }
}

TEST_CASE("in a fan-out a bare percentile is of each delivery, and what did not come is infinite") {
  RunResult result;
  result.run.model = Model::open;
  Metric& each = result.metrics[MetricId::each].emplace();
  Metric& last = result.metrics[MetricId::last].emplace();
  for (int i = 1; i <= 97; ++i) {
    each.record(i * 1ms);
  }
  each.record_censored(1s);
  last.record(97ms);
  last.record_censored(1s);
  stats::FanoutResult& fanout = result.fanout.emplace();
  fanout.expected = 98;
  fanout.delivered = 97;
  fanout.undelivered = 1;
  fanout.unpublished = 2;
  fanout.gaps = 3;
  fanout.delivered_per_s = 970;
  CHECK(result_of("p97<50ms", result).value == Approx(97'000).epsilon(0.001));
  CHECK_FALSE(result_of("p98<50ms", result).value.has_value());
  CHECK_FALSE(holds("each.p99<50ms", result));
  CHECK(holds("last.p50<98ms", result));
  CHECK_FALSE(holds("last.max<98ms", result));
  CHECK_FALSE(holds("reach>=1", result));
  CHECK(holds("reach>98%", result));
  CHECK(holds("reach<0.99", result));
  CHECK(holds("gaps==3", result));
  CHECK(holds("delivered_per_s>0.9k", result));
}

TEST_CASE("what only a fan-out has is refused for other runs, and the other way round") {
  const auto exists = [](std::string_view expr, bool fanout) {
    return check_exists(parse_threshold(expr).value(), {.model = Model::open, .fanout = fanout})
        .has_value();
  };
  for (const char* const expr : {"each.p99<1s", "spread.max<1s", "reach>=1", "gaps==0"}) {
    CHECK(exists(expr, true));
    CHECK_FALSE(exists(expr, false));
  }
  for (const char* const expr : {"response.p99<1s", "service.p99<1s"}) {
    CHECK_FALSE(exists(expr, true));
    CHECK(exists(expr, false));
  }
  CHECK(exists("send_lag.p99<1s", true));
  check_threshold_refused("reach>=2", "share");
  check_threshold_refused("reach>=most", "share");
}
