// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wskit::http {

/// Seconds since 1970, UTC.
using UnixTime = std::int64_t;

/// The date of an Expires attribute, read as generously as RFC 6265 5.1.1 demands: tokens in any
/// order, two-digit years, no weekday. Nothing when a part is missing or impossible.
[[nodiscard]] std::optional<UnixTime> parse_cookie_date(std::string_view text);

}  // namespace wskit::http
