// SPDX-License-Identifier: MIT
#include "report/text.h"

#include "tests/golden/example_runs.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
using namespace std::chrono_literals;
using Catch::Contains;
using Catch::StartsWith;

namespace {

std::string text_of(const stats::RunResult& run) {
  return write_text(run, {.colour = false, .unicode = true, .width = 80});
}

}  // namespace

TEST_CASE("the first word is the verdict") {
  stats::RunResult run = test::open_run();
  CHECK_THAT(text_of(run), StartsWith("PASSED  4 thresholds"));
  run.verdict.thresholds.clear();
  CHECK_THAT(text_of(run), StartsWith("OK"));
  run.counts.lost = 1;
  CHECK_THAT(text_of(run), StartsWith("ERRORS  1 of 3,000 messages"));
  run.run.interrupted = true;
  CHECK_THAT(text_of(run), StartsWith("INTERRUPTED"));
  run.verdict.generator_limited = true;
  CHECK_THAT(text_of(run), StartsWith("GENERATOR-LIMITED"));
  run.connections.opened = 0;
  CHECK_THAT(text_of(run), StartsWith("FAILED  no connection"));
  run.verdict.thresholds = {
      {.expr = "p99<1ms", .value = 2000, .unit = "us", .ok = false, .reason = ""}};
  CHECK_THAT(text_of(run), StartsWith("FAILED  1 of 1 threshold\n"));
  run.verdict.sums_hold = false;
  CHECK_THAT(text_of(run), StartsWith("BROKEN"));
}

TEST_CASE("the header says how messages arrived and what came before the measurement") {
  stats::RunResult run = test::closed_run();
  run.run.model = stats::Model::open;
  run.run.rate = 500;
  CHECK_THAT(text_of(run), Contains("open model, 500 messages/s: "));
  CHECK_THAT(text_of(run), !Contains("warm-up"));
  run.run.poisson = true;
  CHECK_THAT(text_of(run), Contains("500 messages/s, Poisson arrivals: "));
  run.run.stages = "1s:0-500,1s:500";
  CHECK_THAT(text_of(run), Contains("open model, stages 1s:0-500,1s:500, Poisson"));
  run.warmup.emplace().duration_s = 2;
  CHECK_THAT(text_of(run), Contains("after 2 s of warm-up"));
}

TEST_CASE("a run in which some connections never opened is not all well") {
  stats::RunResult run = test::closed_run();
  run.verdict.thresholds.clear();
  run.connections.asked = 10;
  run.connections.opened = 5;
  CHECK_THAT(text_of(run), StartsWith("ERRORS  5 of 10 connections never opened"));
  run.verdict.thresholds = {
      {.expr = "p99<1s", .value = 2000, .unit = "us", .ok = true, .reason = ""}};
  CHECK_THAT(text_of(run), StartsWith("PASSED  1 threshold"));
  CHECK_THAT(text_of(run), Contains("5 of 10 connections never opened"));
}

TEST_CASE("connections that were opened again are not counted against those that were asked for") {
  stats::RunResult run = test::closed_run();
  run.connections.asked = 10;
  run.connections.opened = 30;
  CHECK_THAT(text_of(run), Contains("\n  30 opened for 10\n"));
  run.connections.opened = 10;
  CHECK_THAT(text_of(run), Contains("\n  10 of 10 opened\n"));
}

TEST_CASE("a generator at its limit is red and says why whatever else failed") {
  const std::string text = write_text(test::broken_run(), {.colour = true});
  CHECK_THAT(text, Contains("\x1b[31mGENERATOR-LIMITED"));
  CHECK_THAT(text, Contains("thread 0 was busy 91 %"));
}

TEST_CASE("the closed model is labelled with its window and says what it hides") {
  const std::string text = text_of(test::closed_run());
  CHECK_THAT(text, Contains("closed model, window 16"));
  CHECK_THAT(text, Contains("hides stalls"));
  CHECK_THAT(text_of(test::open_run()), !Contains("hides stalls"));
}

TEST_CASE("unanswered messages are part of the picture and mark the percentiles they change") {
  const std::string text = text_of(test::broken_run());
  CHECK_THAT(text, Contains("no reply    150"));
  CHECK_THAT(text, Contains("≥562 ms"));
  CHECK_THAT(text_of(test::open_run()), !Contains("≥"));
}

TEST_CASE("percentiles with few samples beyond them are starred") {
  CHECK_THAT(text_of(test::open_run()), Contains("99.9 %    579 µs*"));
  CHECK_THAT(text_of(test::open_run()), Contains("fewer than 10 samples"));
}

TEST_CASE("nothing from outside reaches the terminal unescaped") {
  const std::string text = text_of(test::broken_run());
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK_THAT(text, Contains("\\x1b]0;title\\x07"));
}

TEST_CASE("ASCII text is ASCII") {
  for (const stats::RunResult& run : {test::open_run(), test::broken_run()}) {
    for (const char c : write_text(run, {.colour = false, .unicode = false})) {
      REQUIRE(static_cast<unsigned char>(c) < 0x80);
    }
  }
}

TEST_CASE("no line is wider than the terminal") {
  for (const std::size_t width : {60U, 72U, 80U, 120U, 200U}) {
    for (const stats::RunResult& run : {test::open_run(), test::closed_run(), test::broken_run()}) {
      const std::string text = write_text(run, {.colour = true, .width = width});
      for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        const std::string line = text.substr(begin, end - begin);
        INFO(line);
        REQUIRE(columns_of(line) <= width);
        begin = end + 1;
      }
    }
  }
}

TEST_CASE("on a narrow terminal no column of the tables is lost") {
  const std::string text = write_text(test::broken_run(), {.unicode = false, .width = 60});
  for (const char* title : {"response", "service", "send_lag", "pacer_lag", "blocked"}) {
    CHECK_THAT(text, Contains(std::string(title) + " "));
  }
  CHECK_THAT(text, Contains("upgrade"));
}

TEST_CASE("a result in which nothing happened is still a text") {
  stats::RunResult run;
  CHECK_THAT(text_of(run), Contains("there are no values"));
  run.metrics[stats::MetricId::service].emplace();
  CHECK_THAT(text_of(run), Contains("there are no values"));
  run.counts.scheduled = run.counts.sent = run.counts.timeout = 5;
  for (int i = 0; i < 5; ++i) {
    run.metrics[stats::MetricId::service]->record_censored(10s);
  }
  CHECK_THAT(text_of(run), Contains("no reply"));
  CHECK_THAT(text_of(run), Contains("100 %"));
}

TEST_CASE("resolving an address is no step of connecting") {
  stats::RunResult run = test::closed_run();
  run.metrics[stats::MetricId::connect_dns].emplace().record(0ns);
  CHECK_THAT(text_of(run), !Contains("  dns"));
  run.metrics[stats::MetricId::connect_dns]->record(1ms);
  CHECK_THAT(text_of(run), Contains("  dns"));
}

TEST_CASE("another metric can be drawn") {
  const std::string text = write_text(test::open_run(), {}, stats::MetricId::connect_tls);
  CHECK_THAT(text, Contains("Distribution of connect_tls"));
}

TEST_CASE("why fewer replies a second than messages came although all were answered is said") {
  stats::RunResult run = test::open_run();
  CHECK_THAT(text_of(run), !Contains("ok/s leaves out"));
  run.rates.ok_per_s = 2'998 / run.run.duration_s;
  CHECK_THAT(text_of(run), Contains("ok/s leaves out 2 replies that came after"));
}

TEST_CASE("the first connection that failed says why") {
  const std::string text = text_of(test::broken_run());
  CHECK_THAT(text, Contains("the first: the server answered 503 Service Unavailable"));
  CHECK_THAT(text_of(test::open_run()), !Contains("the first:"));
}

TEST_CASE("what was agreed on stands in the head and a unix socket is not called TCP") {
  const std::string text = text_of(test::closed_run());
  CHECK_THAT(text, Contains("subprotocol chat.v2, permessage-deflate;"));
  CHECK_THAT(text, Contains("\n  connect "));
  CHECK_THAT(text, !Contains("tcp"));
}
