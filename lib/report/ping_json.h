// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "stats/ping_result.h"

namespace wskit::report {

/// A JSON document as lib/report/schema/wskit_ping-1.json has it, ended by a newline. Certificates
/// carry the days that are left at `result.start`.
[[nodiscard]] std::string write_ping_json(const stats::PingResult& result);

}  // namespace wskit::report
