// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"

namespace wskit {

/// "250ms", "5s", "1.5m", "1h30m"; units ns us ms s m h; a bare number is seconds. Not negative, at
/// most 292 years. Fails with ErrorCode::usage and the units that exist.
[[nodiscard]] Expected<Nanoseconds> parse_duration(std::string_view text);

/// "20", "64k", "1MiB": bytes. k M G T and KiB MiB GiB TiB are powers of 1024; kB MB GB
/// TB of 1000.
[[nodiscard]] Expected<std::uint64_t> parse_size(std::string_view text);

/// "1000", "2.5k", "1M", "1e3", "60/m", "10/s": events a second, greater than zero.
[[nodiscard]] Expected<double> parse_rate(std::string_view text);

/// A decimal integer within [low, high], nothing around it.
[[nodiscard]] Expected<std::uint64_t> parse_integer(std::string_view text, std::uint64_t low,
                                                    std::uint64_t high);

/// The same, also as "10k", "2M", "1G" (powers of 1000) or "1e6".
[[nodiscard]] Expected<std::uint64_t> parse_count(std::string_view text, std::uint64_t low,
                                                  std::uint64_t high);

/// Shortest text in the unit a person would choose: "850 ns", "1.25 ms", "10 s".
[[nodiscard]] std::string format_duration(Nanoseconds duration);

}  // namespace wskit
