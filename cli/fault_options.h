// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "relay/fault_plan.h"
#include "relay/fault_rule.h"

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
};

/// --fault, --fault-file, --seed and --quiet.
void add_fault_options(CLI::App& app, FaultOptions& options);

/// The rules of the command line, then those of the file. Fails with ErrorCode::usage or
/// unreadable_file.
[[nodiscard]] Expected<std::vector<relay::FaultRule>> fault_rules(const FaultOptions& options);

/// A line for each rule: how often it happened.
[[nodiscard]] std::string fault_summary(const relay::FaultPlan& plan);

}  // namespace wskit::cli
