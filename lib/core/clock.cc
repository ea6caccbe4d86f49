// SPDX-License-Identifier: MIT
#include "core/clock.h"

namespace wskit {

Instant MonotonicClock::now() const {
  return read_monotonic_clock();
}

}  // namespace wskit
