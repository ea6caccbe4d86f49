// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "core/clock.h"

namespace wskit::serve {

/// How long an echo is held back: `fixed`, plus or minus up to `jitter` (at most `fixed`), evenly
/// spread.
struct DelayOptions {
  Nanoseconds fixed{0};
  Nanoseconds jitter{0};
  std::uint64_t seed = 1;
};

/// The delay of a connection's n-th message: the same for the same seed, whatever else happens.
[[nodiscard]] Nanoseconds delay_of(const DelayOptions& options, std::uint64_t connection,
                                   std::uint64_t message);

}  // namespace wskit::serve
