// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace wskit::relay {

/// A small source of chance that is the same for the same seed, whatever else happens: SplitMix64.
class FaultDice {
 public:
  explicit FaultDice(std::uint64_t seed = 0) : state_(seed) {}
  /// One of its own for `what` of a seed.
  [[nodiscard]] FaultDice derive(std::uint64_t what) const {
    return FaultDice(FaultDice(state_ ^ (what * kStep)).next());
  }

  std::uint64_t next() {
    state_ += kStep;
    std::uint64_t value = state_;
    value = (value ^ (value >> 30U)) * 0xBF58'476D'1CE4'E5B9;
    value = (value ^ (value >> 27U)) * 0x94D0'49BB'1331'11EB;
    return value ^ (value >> 31U);
  }
  /// Below `end`, which is not 0.
  std::uint64_t below(std::uint64_t end) { return next() % end; }
  /// True that often in a hundred.
  bool falls(double percent) {
    return static_cast<double>(next() >> 11U) * 0x1.0p-53 * 100 < percent;
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E37'79B9'7F4A'7C15;
  std::uint64_t state_;
};

}  // namespace wskit::relay
