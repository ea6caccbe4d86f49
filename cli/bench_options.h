// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench_fanout.h"
#include "cli/bench_script.h"
#include "cli/connect_options.h"
#include "core/clock.h"
#include "core/error.h"
#include "load/plan.h"
#include "net/loop.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `wskit bench` was told.
struct BenchOptions {
  /// As it was typed, without secrets: for the result file.
  std::string command_line;
  ConnectOptions connect;
  load::Plan plan;
  /// 0: one per core but one.
  std::uint32_t threads = 0;
  std::optional<std::uint32_t> connections;
  std::optional<Nanoseconds> duration;
  std::optional<std::uint32_t> window;
  std::optional<double> rate;
  std::string stages;
  std::string payload;
  std::string payload_jsonl;
  std::optional<std::uint64_t> size;
  bool text = false;
  bool binary = false;
  std::string match;
  std::string late = "send";
  std::string on_close = "stop";
  std::optional<std::uint64_t> seed;
  std::string io = "auto";
  std::vector<std::string> thresholds;
  bool strict = false;
  BenchScriptOptions script;
  BenchFanoutOptions fanout;
  std::string json_file;
  std::string color = "auto";
  bool quiet = false;
};

void add_bench_options(CLI::App& app, BenchOptions& options);

/// The plan that the options describe; reads the payload files. Fails with what contradicts what.
[[nodiscard]] Expected<load::Plan> make_plan(const BenchOptions& options);

[[nodiscard]] net::IoChoice io_choice(const BenchOptions& options);

/// One per core but one, at least one.
[[nodiscard]] std::uint32_t thread_count(const BenchOptions& options);

}  // namespace wskit::cli
