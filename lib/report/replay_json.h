// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "stats/replay_result.h"

namespace wskit::report {

/// What a replay did, as one JSON object and a newline; schema/wskit_replay-1.json.
[[nodiscard]] std::string write_replay_json(const stats::ReplayResult& result);

}  // namespace wskit::report
