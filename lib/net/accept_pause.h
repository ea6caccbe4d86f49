// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "net/descriptor.h"
#include "net/timer.h"

namespace wskit::net {

/// What a listener does when accept() fails for want of descriptors or memory: the connections
/// that wait are closed rather than left hanging, with the help of a descriptor kept in reserve,
/// and accepting rests for 100 ms, doubled up to 500 ms, instead of spinning.
class AcceptPause final : private TimerHandler {
 public:
  class Handler {
   public:
    /// Start accepting again.
    virtual void on_pause_over() = 0;

   protected:
    ~Handler() = default;
  };

  AcceptPause(TimerQueue& timers, Handler& handler);

  /// Failures of one connection, not of the listener: go on with the next.
  [[nodiscard]] static bool is_harmless(int error);

  /// Turns away what waits on `listener` and starts the pause.
  void begin(int listener, Instant now);
  /// The next pause is a short one again.
  void accepted() { length_ = kShortest; }

 private:
  static constexpr Nanoseconds kShortest = std::chrono::milliseconds(100);
  static constexpr Nanoseconds kLongest = std::chrono::milliseconds(500);

  void on_timer(Instant now) override;
  void turn_away(int listener);

  Handler& handler_;
  Timer timer_;
  Nanoseconds length_ = kShortest;
  Descriptor reserve_;
};

}  // namespace wskit::net
