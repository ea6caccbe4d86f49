// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "stats/run_result.h"

namespace wskit::report {

/// The version of the format in its member "wskit_result": names may be added to it, none changes.
inline constexpr int kResultVersion = 1;

/// A result file: see schema/wskit_result-1.json. Times are microseconds with three decimals,
/// histograms hold nanoseconds.
[[nodiscard]] std::string write_json(const stats::RunResult& result);

/// Reads what write_json wrote, this version or this one with names added. The text may be hostile.
/// Fails with ErrorCode::unreadable_file, the place in the document and what is wrong there.
[[nodiscard]] Expected<stats::RunResult> read_json(std::string_view text);

}  // namespace wskit::report
