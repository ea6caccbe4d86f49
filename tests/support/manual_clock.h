// SPDX-License-Identifier: MIT
#pragma once

#include "core/clock.h"

namespace wskit::test {

/// Stands still until it is told otherwise.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  void advance(Nanoseconds time) { now_ += time; }

 private:
  Instant now_{std::chrono::hours(1)};
};

}  // namespace wskit::test
