// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "stats/case_result.h"

namespace wskit::report {

/// One workflow command a line, "::error file=...,line=...,col=...,title=...::MESSAGE", for each
/// case that failed or errored; GitHub shows it at that line. Control characters and what is not
/// UTF-8 stand as \xNN.
[[nodiscard]] std::string github_annotations(const stats::CaseRun& run);

}  // namespace wskit::report
