// SPDX-License-Identifier: MIT
// Fixed results for golden files and for the tests of the formats.
#pragma once

#include "stats/run_result.h"

namespace wskit::test {

/// Open model over wss: a good run of three seconds with warm-up, thresholds that pass, and one
/// straggler.
[[nodiscard]] stats::RunResult open_run();

/// Closed model over ws: nothing went wrong and nothing was demanded.
[[nodiscard]] stats::RunResult closed_run();

/// Closed model: a script of three steps, one of which fails at times.
[[nodiscard]] stats::RunResult script_run();

/// Open model: one publisher to a hundred subscribers, some of which miss a message, have one twice
/// or in another order.
[[nodiscard]] stats::RunResult fanout_run();

/// Open model: the server stood still and died; timeouts, losses, failed thresholds, a generator at
/// its limit, and text in every field that would do harm on a terminal.
[[nodiscard]] stats::RunResult broken_run();

}  // namespace wskit::test
