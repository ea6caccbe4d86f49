// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "report/terminal.h"
#include "stats/case_result.h"

namespace wskit::report {

/// One case for people: a line with its verdict, name and duration and, when it did not pass, the
/// lines that say why, indented.
[[nodiscard]] std::string write_case(const stats::CaseResult& result, const TextOptions& options);

/// "3 tests: 2 passed, 1 failed in 1.2 s", with the seed when the order was of chance or something
/// did not pass.
[[nodiscard]] std::string write_case_summary(const stats::CaseRun& run, bool with_seed,
                                             const TextOptions& options);

}  // namespace wskit::report
