// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

namespace wskit::cli {

/// Blocks SIGINT and SIGTERM in this thread and all that it starts later; to be made before the
/// first of them. Whoever wants to know of one asks next().
class StopSignals {
 public:
  StopSignals();

  /// Waits for the next one and returns its number.
  [[nodiscard]] int next() const;

 private:
  sigset_t set_{};
};

}  // namespace wskit::cli
