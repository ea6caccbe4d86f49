// SPDX-License-Identifier: MIT
#pragma once

#include "core/clock.h"
#include "net/timer.h"

namespace wskit::net {

/// A timer that calls a member function of its owner: for owners that need several.
template <class Owner>
class MemberTimer final : TimerHandler {
 public:
  using Method = void (Owner::*)(Instant now);

  MemberTimer(TimerQueue& timers, Owner& owner, Method method)
      : owner_(owner), method_(method), timer_(timers, *this) {}

  void arm(Instant due) { timer_.arm(due); }
  void cancel() { timer_.cancel(); }
  [[nodiscard]] bool armed() const { return timer_.armed(); }

 private:
  void on_timer(Instant now) override { (owner_.*method_)(now); }

  Owner& owner_;
  Method method_;
  Timer timer_;
};

}  // namespace wskit::net
