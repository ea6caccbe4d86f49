// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace wskit::wire {

/// Fills `out` from the kernel's cryptographic generator (getrandom(2)); a kernel without one is
/// a broken invariant, never weaker randomness.
void fill_random(std::span<std::byte> out);

}  // namespace wskit::wire
