// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"

namespace wskit::serve {

/// A server that stands still in the last `length` of each `every`.
struct StallOptions {
  Nanoseconds every{0};
  Nanoseconds length{0};  // shorter than `every`
};

/// "EVERY,FOR", two durations. Fails with ErrorCode::usage.
[[nodiscard]] Expected<StallOptions> parse_stall(std::string_view text);

/// When the stalls of a server that began at `start` are. Knows no clock.
class StallSchedule {
 public:
  StallSchedule(const StallOptions& options, Instant start) : options_(options), start_(start) {}

  /// The end of the stall that `now` lies in, if it does.
  [[nodiscard]] std::optional<Instant> stalled_until(Instant now) const;
  /// The begin of the first stall that begins after `now`.
  [[nodiscard]] Instant next_begin(Instant now) const;

 private:
  /// The end of the period that `now` lies in.
  [[nodiscard]] Instant period_end(Instant now) const;

  StallOptions options_;
  Instant start_;
};

}  // namespace wskit::serve
