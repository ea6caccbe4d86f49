// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/connect_options.h"
#include "cli/script_options.h"
#include "core/error.h"
#include "load/script_plan.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `wskit bench --script` was told.
struct BenchScriptOptions {
  std::string file;
  /// The name of the test; the script's only one if empty.
  std::string test;
  ScriptOptions script;
};

/// After all other options of `app`: it says which ones do not go with a script.
void add_bench_script_options(CLI::App& app, BenchScriptOptions& options);

/// Reads the script, once for each thread. What it says of the connections is added to `connect`.
/// Fails with ErrorCode::usage when it is not one for load tests.
[[nodiscard]] Expected<load::ScriptPlan> make_script_plan(const BenchScriptOptions& options,
                                                          std::uint32_t threads,
                                                          ConnectOptions& connect);

}  // namespace wskit::cli
