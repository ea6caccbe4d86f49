// SPDX-License-Identifier: MIT
#include "core/clock.h"

namespace wskit {

Instant MonotonicClock::now() const {
  return std::chrono::steady_clock::now();
}

}  // namespace wskit
