// SPDX-License-Identifier: MIT
#include "stats/script_result.h"

namespace wskit::stats {

std::uint64_t StepResult::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [cause, count] : failures) {
    sum += count;
  }
  return sum;
}

Expected<void> ScriptResult::merge(const ScriptResult& other) {
  if (steps.size() != other.steps.size()) {
    return fail(ErrorCode::usage, "results of different scripts do not merge");
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].name != other.steps[i].name) {
      return fail(ErrorCode::usage, "results of different scripts do not merge");
    }
    if (auto merged = steps[i].metric.merge(other.steps[i].metric); !merged) {
      return merged;
    }
    for (const auto& [cause, count] : other.steps[i].failures) {
      steps[i].failures[cause] += count;
    }
  }
  started += other.started;
  completed += other.completed;
  failed += other.failed;
  cut_off += other.cut_off;
  if (first_failure.empty()) {
    first_failure = other.first_failure;
  }
  return {};
}

bool ScriptResult::sums_hold() const {
  std::uint64_t by_step = 0;
  for (const StepResult& step : steps) {
    by_step += step.failed();
  }
  return started == completed + failed + cut_off && by_step == failed;
}

}  // namespace wskit::stats
