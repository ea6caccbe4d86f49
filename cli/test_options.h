// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/connect_options.h"
#include "cli/script_options.h"
#include "core/clock.h"
#include "core/error.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `wskit test` was told.
struct TestOptions {
  ConnectOptions connect;
  /// Scripts, and at most one URL.
  std::vector<std::string> files;
  std::uint64_t jobs = 1;
  std::uint64_t repeat = 1;
  bool shuffle = false;
  std::optional<std::uint64_t> seed;
  std::string filter;
  bool fail_fast = false;
  bool list = false;
  bool grammar = false;
  bool grammar_json = false;
  ScriptOptions script;
  Nanoseconds timeout = std::chrono::seconds(5);
  double timeout_scale = 1;
  Nanoseconds max_time = std::chrono::minutes(5);
  std::string junit_file;
  std::string tap_file;
  std::string json_file;
  std::string record_file;
  std::vector<std::string> redact;
  bool record_secrets = false;
  std::string color = "auto";
  bool quiet = false;
  /// The command line, for reports.
  std::string command;
};

void add_test_options(CLI::App& app, TestOptions& options);

/// Takes the URL from among the files. Fails with ErrorCode::usage when there are two.
[[nodiscard]] Expected<void> take_url(TestOptions& options);

}  // namespace wskit::cli
