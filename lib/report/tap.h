// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "stats/case_result.h"

namespace wskit::report {

/// TAP version 14 (testanything.org): one test point a case, with a YAML block that has its
/// duration in milliseconds and, when it did not pass, message, severity ("fail" or "error"), at
/// and details. Control characters and what is not UTF-8 stand as \xNN. Nothing in it is new since
/// version 13, for readers that know no later one (perl's prove before 3.48).
[[nodiscard]] std::string write_tap(const stats::CaseRun& run);

}  // namespace wskit::report
