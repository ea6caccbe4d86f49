// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <ratio>

#include "core/clock.h"

namespace wskit {

inline constexpr double kPercent = 100;  // of a whole
inline constexpr double kNanosecondsPerMicrosecond = 1e3;
inline constexpr double kNanosecondsPerSecond = 1e9;

/// Durations as numbers, for formulas and reports.
[[nodiscard]] constexpr double to_seconds(Nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}
[[nodiscard]] constexpr double to_microseconds(Nanoseconds duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

}  // namespace wskit
