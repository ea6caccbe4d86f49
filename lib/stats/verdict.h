// SPDX-License-Identifier: MIT
#pragma once

#include "stats/run_result.h"

namespace wskit::stats {

/// Fills in `verdict.sums_hold`, and `generator_limited` with its reasons (MEASURES, "Verdict on
/// the generator itself"): whether the load generator, not the server, was what the figures show.
/// How busy its threads were counts from a tenth of a second on.
void judge(RunResult& result);

}  // namespace wskit::stats
