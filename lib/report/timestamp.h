// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stats/run_result.h"

namespace wskit::report {

/// RFC 3339 in UTC with nanoseconds: "2026-08-22T10:00:00.250000000Z".
[[nodiscard]] std::string format_timestamp(stats::WallClock time);

/// The inverse; any number of fraction digits up to nine, UTC only, years 1970 to 2200.
[[nodiscard]] std::optional<stats::WallClock> parse_timestamp(std::string_view text);

}  // namespace wskit::report
