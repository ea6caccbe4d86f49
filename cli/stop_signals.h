// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

#include "core/clock.h"

namespace wskit::cli {

/// Blocks SIGINT and SIGTERM in this thread and all that it starts later; to be made before the
/// first of them. Whoever wants to know of one asks next().
class StopSignals {
 public:
  StopSignals();

  /// Waits for the next one and returns its number.
  [[nodiscard]] int next() const;
  /// The number of one that has come, without waiting.
  [[nodiscard]] std::optional<int> poll() const { return next_within(Nanoseconds(0)); }
  /// The number of the next one, or nothing when none comes in that time.
  [[nodiscard]] std::optional<int> next_within(Nanoseconds patience) const;

 private:
  sigset_t set_{};
};

}  // namespace wskit::cli
