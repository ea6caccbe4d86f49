// SPDX-License-Identifier: MIT
#include "cli/cmd_bench.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/bench_options.h"
#include "cli/command.h"
#include "cli/connect_options.h"
#include "cli/hints.h"
#include "cli/progress_line.h"
#include "cli/proxy_options.h"
#include "cli/standard_streams.h"
#include "cli/stop_signals.h"
#include "cli/terminal_options.h"
#include "cli/version.h"
#include "core/error.h"
#include "load/limits.h"
#include "load/runner.h"
#include "report/file.h"
#include "report/json.h"
#include "report/terminal.h"
#include "report/text.h"
#include "stats/threshold.h"
#include "stats/verdict.h"

namespace wskit::cli {
namespace {

constexpr int kBug = 70;
constexpr int kGeneratorLimited = 99;

/// Everything that can be known to be wrong before the first connection.
struct Prepared {
  load::Plan plan;
  load::Target target;
  std::string url;
  std::vector<stats::Threshold> thresholds;
  std::optional<report::PendingFile> json;
  std::unique_ptr<OpeningWatcher> watcher;
};

Expected<std::vector<stats::Threshold>> parse_thresholds(const std::vector<std::string>& texts) {
  std::vector<stats::Threshold> thresholds;
  for (const std::string& text : texts) {
    auto threshold = stats::parse_threshold(text);
    if (!threshold) {
      return std::unexpected(threshold.error());
    }
    thresholds.push_back(std::move(*threshold));
  }
  return thresholds;
}

std::vector<std::string> step_names(const load::ScriptPlan& plan) {
  stats::ScriptResult steps = load::empty_result(plan, {});
  load::remove_unused_steps(steps, plan);
  std::vector<std::string> names;
  names.reserve(steps.steps.size());
  for (stats::StepResult& step : steps.steps) {
    names.push_back(std::move(step.name));
  }
  return names;
}

Expected<void> check_thresholds(const std::vector<stats::Threshold>& thresholds,
                                const load::Plan& plan, bool tls) {
  const stats::RunKind kind{
      .model = plan.model,
      .tls = tls,
      .fanout = plan.fanout.has_value(),
      .steps = plan.script ? step_names(*plan.script) : std::vector<std::string>()};
  for (const stats::Threshold& threshold : thresholds) {
    if (auto exists = stats::check_exists(threshold, kind); !exists) {
      return exists;
    }
  }
  return {};
}

Expected<Prepared> prepare(const BenchOptions& options) {
  auto plan = make_plan(options);
  if (!plan) {
    return std::unexpected(plan.error());
  }
  ConnectOptions connect_options = options.connect;
  if (!options.script.file.empty()) {
    auto script = make_script_plan(options.script, thread_count(options), connect_options);
    if (!script) {
      return std::unexpected(script.error());
    }
    plan->script = std::move(*script);
  }
  auto thresholds = parse_thresholds(options.thresholds);
  if (!thresholds) {
    return std::unexpected(thresholds.error());
  }
  auto connect = make_connect_plan(connect_options);
  if (!connect) {
    return std::unexpected(connect.error());
  }
  if (plan->fanout) {
    if (auto added = add_topic_requests(*connect, *plan->fanout); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  const wire::Uri& uri = connect->request.options().uri;
  const bool tcp = uri.unix_path.empty() && options.connect.unix_socket.empty();
  if (auto checked = load::check_limits(load::raise_limits(), plan->connections,
                                        connect->dial.sources.size(), tcp);
      !checked) {
    return std::unexpected(checked.error());
  }
  if (auto exist = check_thresholds(*thresholds, *plan, uri.tls); !exist) {
    return std::unexpected(std::move(exist.error()));
  }
  connect->watcher->watch_first_only();
  std::string url = uri.display();
  Prepared prepared{.plan = std::move(*plan),
                    .target = {.request = std::move(connect->request),
                               .dial = std::move(connect->dial),
                               .client = std::move(connect->client),
                               .io = io_choice(options)},
                    .url = std::move(url),
                    .thresholds = std::move(*thresholds),
                    .json = std::nullopt,
                    .watcher = std::move(connect->watcher)};
  if (!options.json_file.empty() && options.json_file != "-") {
    auto file = report::PendingFile::open(options.json_file);
    if (!file) {
      return std::unexpected(file.error());
    }
    prepared.json.emplace(std::move(*file));
  }
  return prepared;
}

/// The first signal ends the run in order, the second one at once.
void obey(int signal, bool first, load::Runner& runner) {
  if (!first) {
    std::_Exit(signal_exit_code(signal));
  }
  say("wskit bench: stopping; what is out is waited for, again to quit\n");
  runner.interrupt();
}

/// Waits for the end of the run. Returns the number of the signal that ended it.
std::optional<int> watch(load::Runner& runner, const StopSignals& signals,
                         const ProgressLine& progress) {
  constexpr Nanoseconds kLook = std::chrono::milliseconds(100);
  constexpr int kLooksPerDrawing = 3;
  std::optional<int> first;
  for (int looks = 0; !runner.wait_for(kLook); ++looks) {
    if (const auto signal = signals.poll()) {
      progress.clear();
      obey(*signal, !first, runner);
      first = signal;
    }
    if (progress.shown() && looks % kLooksPerDrawing == 0) {
      progress.draw(runner.progress());
    }
  }
  return first;
}

Expected<void> write_result(const BenchOptions& options, const stats::RunResult& result,
                            std::optional<report::PendingFile>& file) {
  if (file) {
    return file->commit(report::write_json(result));
  }
  if (options.json_file == "-") {
    return print(report::write_json(result));
  }
  return {};
}

Expected<void> print_report(const BenchOptions& options, const stats::RunResult& result) {
  if (options.quiet) {
    for (const std::string& broken : report::broken_thresholds(result)) {
      say(fmt::format("wskit bench: threshold {}\n", broken));
    }
    return {};
  }
  // Standard output belongs to the JSON if that goes there.
  const bool to_stderr = options.json_file == "-";
  const int descriptor = to_stderr ? STDERR_FILENO : STDOUT_FILENO;
  const std::string text = report::write_text(result, text_options(options.color, descriptor));
  if (to_stderr) {
    say(text);
    return {};
  }
  return print(text);
}

std::uint64_t sum(const stats::Causes& causes) {
  std::uint64_t sum = 0;
  for (const auto& [cause, count] : causes) {
    sum += count;
  }
  return sum;
}

bool all_lost(const load::Runner& runner, const stats::RunResult& result) {
  const stats::Connections& connections = result.connections;
  if (result.fanout) {
    return runner.deserted();
  }
  if (result.script) {
    // A connection that ends is opened again; the first failure of that gives it up.
    return connections.opened != 0 && sum(connections.failed) >= connections.asked;
  }
  return connections.opened != 0 && sum(connections.closed_early) >= connections.opened;
}

/// Why the connections were lost.
std::optional<Error> cause_of_loss(const load::Runner& runner, const stats::RunResult& result) {
  const auto loss = runner.first_loss();
  return result.script || (result.fanout && !loss) ? runner.first_failure() : loss;
}

std::string describe_loss(const stats::RunResult& result, const Error& loss) {
  const std::string why = report::printable(loss.message);
  if (result.fanout) {
    return fmt::format("no topic has both publishers and subscribers left; the first failure: {}",
                       why);
  }
  return result.connections.asked == 1 ? fmt::format("the connection was lost: {}", why)
                                       : fmt::format("all {} connections were lost; the first: {}",
                                                     result.connections.asked, why);
}

int exit_code_of(const BenchOptions& options, const stats::RunResult& result,
                 std::optional<int> signal, const std::optional<Error>& loss) {
  if (!result.verdict.sums_hold) {
    return kBug;
  }
  if (signal) {
    return signal_exit_code(*signal);
  }
  if (loss) {
    const bool never_opened = result.fanout && result.counts.scheduled == 0;
    return exit_code(never_opened ? loss->code : ErrorCode::reset);
  }
  if (!std::ranges::all_of(result.verdict.thresholds, &stats::ThresholdResult::ok)) {
    return exit_code(ErrorCode::unmet);
  }
  if (result.counts.scheduled != 0 && result.counts.ok == 0) {
    return result.counts.timeout != 0 ? exit_code(ErrorCode::timeout) : exit_code(ErrorCode::unmet);
  }
  return options.strict && result.verdict.generator_limited ? kGeneratorLimited : 0;
}

/// When `at` was by the clock on the wall.
stats::WallClock wall_clock(Instant at) {
  const auto now = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
  return now - (MonotonicClock().now() - at);
}

int run_bench(const BenchOptions& options) {
  const StopSignals signals;
  auto prepared = prepare(options);
  if (!prepared) {
    return complain("bench", prepared.error());
  }
  warn("bench", options.connect, prepared->target.request.options().uri);
  const std::string proxy = environments_proxy(options.connect, prepared->target.dial.proxy,
                                               prepared->target.request.options().uri);
  if (!proxy.empty()) {
    say(
        fmt::format("wskit bench: warning: what is measured is a proxy, too: {} of the "
                    "environment; --proxy '' goes around it\n",
                    report::printable(proxy)));
  }
  const std::uint32_t threads = thread_count(options);
  load::Runner runner(prepared->plan, prepared->target, threads);
  if (auto started = runner.start(); !started) {
    return complain("bench", started.error());
  }
  const ProgressLine progress(!options.quiet, prepared->plan.connections, prepared->plan.duration);
  const auto signal = watch(runner, signals, progress);
  progress.clear();
  if (const auto failure = runner.first_failure(); failure && runner.opened() == 0) {
    return signal ? signal_exit_code(*signal) : complain("bench", *failure, prepared->url);
  }
  stats::RunResult result = runner.result();
  result.run.command = options.command_line;
  result.run.url = prepared->url;
  result.run.stages = options.stages;
  result.run.start = wall_clock(runner.measure_start().value_or(MonotonicClock().now()));
  result.run.versions = versions();
  stats::judge(result);
  for (const stats::Threshold& threshold : prepared->thresholds) {
    result.verdict.thresholds.push_back(stats::evaluate(threshold, result));
  }
  const auto written = write_result(options, result, prepared->json);
  const auto printed = print_report(options, result);
  const auto saved = prepared->watcher->finish();
  for (const auto* const outcome : {&written, &printed, &saved}) {
    if (!*outcome) {
      return complain("bench", outcome->error());
    }
  }
  const auto loss = all_lost(runner, result) ? cause_of_loss(runner, result) : std::nullopt;
  if (loss && !signal) {
    say(fmt::format("wskit bench: {}: {}\n", prepared->url, describe_loss(result, *loss)));
  }
  return exit_code_of(options, result, signal, loss);
}

}  // namespace

void add_bench(CLI::App& app, Command& chosen, const std::string& command_line) {
  auto options = std::make_shared<BenchOptions>();
  options->command_line = command_line;
  CLI::App& bench =
      *app.add_subcommand("bench", "Load test: many connections, latency histograms, thresholds");
  add_bench_options(bench, *options);
  bench.callback([options, &chosen] { chosen = [options] { return run_bench(*options); }; });
}

}  // namespace wskit::cli
