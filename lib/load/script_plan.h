// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "script/script.h"
#include "stats/histogram_layout.h"
#include "stats/script_result.h"

namespace wskit::load {

/// What the connections play in a loop instead of sending messages.
struct ScriptPlan {
  /// The same one compiled for each thread: regular expressions are not shared. Copies of a plan
  /// share them.
  std::vector<std::shared_ptr<const script::Script>> compiled;
  /// Which of its tests.
  std::size_t test = 0;
  /// Milliseconds since 1970 in UTC, for {{now}}; called on all threads.
  std::function<std::int64_t()> wall_clock;
};

/// Fails with ErrorCode::usage, the line and why, when the test is not one that connections can
/// play in a loop: it has several clients, connects by itself or makes HTTP requests.
[[nodiscard]] Expected<void> check_playable(const script::Script& script, const script::Test& test);

/// Without any values: a step for what comes before the first name, then all of the script's.
[[nodiscard]] stats::ScriptResult empty_result(const ScriptPlan& plan,
                                               const stats::HistogramConfig& histogram);

/// Takes the steps out that the test does not name and that nothing is known of.
void remove_unused_steps(stats::ScriptResult& result, const ScriptPlan& plan);

}  // namespace wskit::load
