// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

#include "core/clock.h"

namespace wskit::net {

/// Makes the kernel wake this thread within nanoseconds of its timeouts, not 50 us late to save
/// wake-ups.
void wake_on_time();

/// For the kernel; a negative time is none.
[[nodiscard]] inline timespec to_timespec(Nanoseconds time) {
  const auto left = std::max(time, Nanoseconds(0));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  timespec result{};
  result.tv_sec = seconds.count();
  result.tv_nsec = (left - seconds).count();
  return result;
}

}  // namespace wskit::net
