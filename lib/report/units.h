// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace wskit::report {

/// Significant digits (3 to 6) in the unit a person would choose: "850 ns", "12.3 µs", "1.24 ms",
/// "60.0 s". `unicode` false writes "us".
[[nodiscard]] std::string format_latency(Nanoseconds value, bool unicode, int digits = 3);

/// Groups of three: "1,234,567".
[[nodiscard]] std::string format_count(std::uint64_t count);

/// "1 message", "1,234 messages".
[[nodiscard]] std::string plural(std::uint64_t count, std::string_view singular);

/// "9,999.8" below 10,000, whole numbers above.
[[nodiscard]] std::string format_rate(double per_second);

/// "640 B", "1.5 KiB", "2.0 GiB".
[[nodiscard]] std::string format_bytes(double bytes);

/// The share of `part` in `whole` as a percentage that is "0 %" only for none and "100 %" only for
/// all: "0.02 %", "<0.01 %", "99.99 %".
[[nodiscard]] std::string format_share(std::uint64_t part, std::uint64_t whole);

/// "10 s", "2.5 s", "1.5 h": a length of time that the user gave.
[[nodiscard]] std::string format_seconds(double seconds);

}  // namespace wskit::report
