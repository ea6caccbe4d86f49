// SPDX-License-Identifier: MIT
// Fixed results of test cases for golden files and for the readers that are not ours.
#pragma once

#include "stats/case_result.h"

namespace wskit::test {

/// Two files: passed, failed with details, errored, skipped, and one that was repeated.
[[nodiscard]] stats::CaseRun example_cases();

/// Names, messages and details that would do harm in some format, each of them failed.
[[nodiscard]] stats::CaseRun awkward_cases();

}  // namespace wskit::test
