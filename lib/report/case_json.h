// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "stats/case_result.h"

namespace wskit::report {

/// A JSON document as lib/report/schema/wskit_test-1.json has it, ended by a newline. What is not
/// UTF-8 becomes U+FFFD.
[[nodiscard]] std::string write_case_json(const stats::CaseRun& run);

}  // namespace wskit::report
