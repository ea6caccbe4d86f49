// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/connect_options.h"
#include "core/clock.h"
#include "core/error.h"
#include "script/script.h"

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
  std::vector<std::string> variables;
  std::vector<std::string> variable_files;
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

/// --var and --var-file.
void add_variable_options(CLI::App& app, TestOptions& options);
void add_test_options(CLI::App& app, TestOptions& options);

/// Takes the URL from among the files. Fails with ErrorCode::usage when there are two.
[[nodiscard]] Expected<void> take_url(TestOptions& options);

/// The variables of --var and --var-file, the latter first. Fails with ErrorCode::usage and the
/// line, or ErrorCode::unreadable_file.
[[nodiscard]] Expected<std::map<std::string, std::string>> read_variables(
    const TestOptions& options);

/// Who plays a script: a client, one that needs no URL, or a server.
enum class ScriptSide : std::uint8_t { client, any_client, server };

/// Reads and understands one script. Fails with ErrorCode::usage and describe(), several lines.
[[nodiscard]] Expected<script::Script> load_script(
    const std::string& file, const TestOptions& options,
    const std::map<std::string, std::string>& variables, ScriptSide side = ScriptSide::client);

}  // namespace wskit::cli
