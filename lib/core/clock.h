// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <ctime>

namespace wskit {

using Nanoseconds = std::chrono::nanoseconds;

/// A point on CLOCK_MONOTONIC, in nanoseconds.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;

/// Where an engine gets the time from: injected, so that tests can run on virtual time.
class Clock {
 public:
  virtual ~Clock() = default;
  /// The time of this very call, never a cached value.
  [[nodiscard]] virtual Instant now() const = 0;
};

/// CLOCK_MONOTONIC, as std::chrono::steady_clock reads it with one more call.
[[nodiscard]] inline Instant read_monotonic_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return Instant(std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec));
}

/// CLOCK_MONOTONIC.
class MonotonicClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

/// A point in civil time, which certificates and tokens speak of; it may jump.
using WallTime = std::chrono::system_clock::time_point;

[[nodiscard]] inline WallTime read_wall_clock() {
  return std::chrono::system_clock::now();
}

}  // namespace wskit
