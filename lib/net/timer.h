// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/clock.h"

namespace wskit::net {

class TimerQueue;

class TimerHandler {
 public:
  /// `now` is not earlier than the instant the timer was armed for.
  virtual void on_timer(Instant now) = 0;

 protected:
  ~TimerHandler() = default;
};

/// A one-shot timer with a resolution of nanoseconds; cancelled by its destructor.
class Timer {
 public:
  Timer(TimerQueue& queue, TimerHandler& handler) : queue_(queue), handler_(handler) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  /// Fires once at or after `due`; an armed timer is moved.
  void arm(Instant due);
  void cancel();
  [[nodiscard]] bool armed() const { return position_ != kNotArmed; }

 private:
  friend class TimerQueue;
  static constexpr std::size_t kNotArmed = static_cast<std::size_t>(-1);

  TimerQueue& queue_;
  TimerHandler& handler_;
  std::size_t position_ = kNotArmed;
};

/// The armed timers of one loop, in order of their instants: a binary heap, pure.
class TimerQueue {
 public:
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  /// The earliest instant; only when not empty.
  [[nodiscard]] Instant next() const { return heap_.front().due; }

  /// Fires all timers due at `now`, each once; a timer armed from a callback waits for the next
  /// call, so that a timer that re-arms itself in the past cannot hold the loop.
  void fire(Instant now);

 private:
  friend class Timer;
  struct Entry {
    Instant due;
    Timer* timer = nullptr;
  };

  void insert(Timer& timer, Instant due);
  void remove(std::size_t position);
  void sift_up(std::size_t position);
  void sift_down(std::size_t position);
  void place(std::size_t position, Entry entry);

  std::vector<Entry> heap_;
  std::vector<Timer*> due_;
};

}  // namespace wskit::net
