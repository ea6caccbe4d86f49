// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "report/terminal.h"
#include "stats/replay_result.h"

namespace wskit::report {

/// What a replay did: counts, how late it was, and the first differences; each line ends with a
/// newline.
[[nodiscard]] std::string replay_text(const stats::ReplayResult& result,
                                      const TextOptions& options);

/// The differences alone, one paragraph each: "FILE:LINE, connection 1: ..."; empty without any.
[[nodiscard]] std::string differences_text(const stats::ReplayResult& result,
                                           const TextOptions& options);

}  // namespace wskit::report
