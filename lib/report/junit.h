// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "stats/case_result.h"

namespace wskit::report {

/// JUnit XML as Jenkins and GitLab read it: a testsuite a file, a testcase a case, times in
/// seconds, the seed and the command line as properties. A testcase's `file` and `line` are not in
/// Jenkins' schema, but what GitLab and others link to. Control characters and what is not UTF-8
/// stand as \xNN.
[[nodiscard]] std::string write_junit(const stats::CaseRun& run);

}  // namespace wskit::report
