// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "stats/causes.h"
#include "stats/metric.h"

namespace wskit::stats {

/// A named step of a script over all iterations of the measure phase.
struct StepResult {
  /// Empty for what stands before the first name.
  std::string name;
  /// Each time that it was played to its end; what failed or was cut off is censored, at its
  /// waiting time.
  Metric metric;
  Causes failures;

  [[nodiscard]] std::uint64_t failed() const;
};

/// What became of a script that connections played in a loop, in the measure phase.
struct ScriptResult {
  std::string file;
  std::string test;
  std::uint64_t started = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  /// Not over when the time for the last ones was.
  std::uint64_t cut_off = 0;
  std::vector<StepResult> steps;
  /// Of one thread: the first failure; several lines. Empty without any.
  std::string first_failure;

  /// Refuses other steps or another histogram configuration with ErrorCode::usage.
  [[nodiscard]] Expected<void> merge(const ScriptResult& other);
  /// started = completed + failed + cut_off, and each failure belongs to a step.
  [[nodiscard]] bool sums_hold() const;
};

}  // namespace wskit::stats
