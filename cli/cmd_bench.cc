// SPDX-License-Identifier: MIT
#include "cli/cmd_bench.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/bench_options.h"
#include "cli/connect_options.h"
#include "cli/stop_signals.h"
#include "load/runner.h"
#include "stats/threshold.h"
#include "stats/verdict.h"

namespace wskit::cli {
namespace {

int complain(const Error& error) {
  fmt::print(stderr, "wskit bench: {}\n", error.message);
  return exit_code(error.code);
}

int run_bench(const BenchOptions& options) {
  const StopSignals signals;
  auto plan = make_plan(options);
  if (!plan) {
    return complain(plan.error());
  }
  auto connect = make_connect_plan(options.connect);
  if (!connect) {
    return complain(connect.error());
  }
  load::Runner runner(*plan,
                      {.request = std::move(connect->request),
                       .dial = std::move(connect->dial),
                       .client = connect->client,
                       .io = options.io},
                      thread_count(options));
  if (auto started = runner.start(); !started) {
    return complain(started.error());
  }
  constexpr Nanoseconds kLook = std::chrono::milliseconds(100);
  while (!runner.wait_for(kLook)) {
  }
  stats::RunResult result = runner.result();
  stats::judge(result);
  fmt::print("ok {} of {}\n", result.counts.ok, result.counts.scheduled);
  result.metrics.for_each([](stats::MetricId id, const stats::Metric& metric) {
    fmt::print("{} p50 {} p99 {}\n", name(id), metric.percentile(50).value.count(),
               metric.percentile(99).value.count());
  });
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App& bench =
      *app.add_subcommand("bench", "Load test: many connections, latency histograms, thresholds");
  add_bench_options(bench, *options);
  bench.callback([options, &chosen] { chosen = [options] { return run_bench(*options); }; });
}

}  // namespace wskit::cli
