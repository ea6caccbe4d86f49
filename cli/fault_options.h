// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "relay/fault_plan.h"
#include "relay/fault_rule.h"
#include "report/file.h"
#include "serve/fault_setup.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What is to go wrong.
struct FaultOptions {
  /// Rules as they were given, which are sound.
  std::vector<std::string> rules;
  std::string file;
  std::uint64_t seed = 1;
  /// Each fault is not said when it happens.
  bool quiet = false;
  /// Where the counts are to be written in the end; empty for nowhere.
  std::string report_file;
};

/// --fault, --fault-file, --seed, --quiet and --fault-report.
void add_fault_options(CLI::App& app, FaultOptions& options);

/// --fault and --fault-file, with the list of faults at the end of the help.
void add_fault_rules(CLI::App& app, FaultOptions& options);
/// --seed, and --quiet with --fault-report.
void add_fault_seed(CLI::App& app, FaultOptions& options);
void add_fault_quiet(CLI::App& app, FaultOptions& options);

/// --allow-faults, which is `standard` unless given.
void add_allow_faults(CLI::App& app, serve::FaultAsking& asking, const std::string& standard);

/// The rules of the command line, then those of the file. Fails with ErrorCode::usage or
/// unreadable_file.
[[nodiscard]] Expected<std::vector<relay::FaultRule>> fault_rules(const FaultOptions& options);

/// Whether one of them is about certificates.
[[nodiscard]] bool need_certificates(const std::vector<relay::FaultRule>& rules);

/// How often each rule happened, in the end.
class FaultReport {
 public:
  /// Before the run, so that a place that cannot be written is known early. Fails with
  /// ErrorCode::unwritable_file.
  [[nodiscard]] static Expected<FaultReport> open(const FaultOptions& options);

  /// Says it on standard error, and writes it where that was asked for. Once; fails in the same
  /// way.
  [[nodiscard]] Expected<void> finish(const std::vector<relay::FaultCount>& faults);

 private:
  FaultReport() = default;

  std::optional<report::PendingFile> file_;
};

}  // namespace wskit::cli
