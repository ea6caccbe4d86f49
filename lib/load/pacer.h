// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"
#include "load/schedule.h"
#include "net/loop.h"
#include "net/timer.h"

namespace wskit::load {

class PacerTarget {
 public:
  /// The message of connection `slot` was due at `scheduled` and is taken up at `taken`.
  virtual void on_due(std::uint32_t slot, Instant scheduled, Instant taken) = 0;
  virtual void on_schedule_end() = 0;

 protected:
  ~PacerTarget() = default;
};

/// Releases the events of a schedule when they are due: sleeps to the event, releases all that is
/// due, never skips one. The target may stop or fast-forward it from on_due, not destroy it.
class Pacer final : net::TimerHandler {
 public:
  Pacer(net::Loop& loop, PacerTarget& target);

  /// The events' offsets count from `start`.
  void begin(ScheduleSlice events, Instant start);
  /// Nothing due after `last` is released any more; on_schedule_end follows as usual.
  void stop_after(Instant last);
  /// Releases everything that is left now, as if it were due: `taken` is `now`.
  void fast_forward(Instant now);

 private:
  void on_timer(Instant now) override;
  void wait_for_next();
  [[nodiscard]] std::optional<Instant> next_due() const;
  void release(Instant scheduled, Instant taken);

  net::Loop& loop_;
  PacerTarget& target_;
  net::Timer timer_;
  std::optional<ScheduleSlice> events_;
  Instant start_{};
  Instant last_ = Instant::max();
};

}  // namespace wskit::load
