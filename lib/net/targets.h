// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/slot_table.h"
#include "net/timer.h"

namespace wskit::net {

/// The streams, listeners and watches of one loop, and which of them want to be called in this
/// turn and the next. A Target has on_revisit() and on_flush().
template <class Target>
class Targets final : private TimerHandler {
 public:
  using Key = SlotTable<Target>::Key;

  explicit Targets(TimerQueue& timers) : soon_timer_(timers, *this) {}

  /// Tells, while a target calls its owner, whether it is still there. Looks at the target only if
  /// any has left since.
  class Watch {
   public:
    Watch(const Targets& targets, Key key)
        : targets_(targets), key_(key), removals_(targets.removals_) {}
    [[nodiscard]] bool alive() const {
      return targets_.removals_ == removals_ || targets_.alive(key_);
    }

   private:
    const Targets& targets_;
    Key key_;
    std::uint64_t removals_;
  };

  [[nodiscard]] Key add(Target& target) { return table_.insert(target); }
  void remove(Key key) {
    ++removals_;
    table_.erase(key);
  }
  /// Null when the target has left.
  [[nodiscard]] Target* find(Key key) const { return table_.find(key); }
  [[nodiscard]] bool alive(Key key) const { return find(key) != nullptr; }
  [[nodiscard]] bool empty() const { return table_.size() == 0; }

  /// on_revisit() in the next turn, which then does not wait.
  void revisit(Key key) { revisits_.push_back(key); }
  /// on_revisit() in about a millisecond.
  void revisit_soon(Key key, Instant now) {
    soon_.push_back(key);
    if (!soon_timer_.armed()) {
      soon_timer_.arm(now + std::chrono::milliseconds(1));
    }
  }
  /// on_flush() at the end of the turn.
  void flush_later(Key key) { flushes_.push_back(key); }
  [[nodiscard]] bool anything_to_do() const { return !revisits_.empty() || !flushes_.empty(); }

  void call_revisits() {
    if (!revisits_.empty()) {
      call(revisits_, &Target::on_revisit);
    }
  }

  /// What is written while flushing leaves in the next turn, so that a stream that writes whenever
  /// something was sent cannot hold the loop.
  void call_flushes() {
    if (!flushes_.empty()) {
      call(flushes_, &Target::on_flush);
    }
  }

 private:
  void on_timer(Instant /*now*/) override {
    revisits_.insert(revisits_.end(), soon_.begin(), soon_.end());
    soon_.clear();
  }

  void call(std::vector<Key>& keys, void (Target::*what)()) {
    calling_.swap(keys);
    for (const Key key : calling_) {
      if (Target* const target = find(key); target != nullptr) {
        (target->*what)();
      }
    }
    calling_.clear();
  }

  SlotTable<Target> table_;
  std::uint64_t removals_ = 0;
  std::vector<Key> revisits_;
  std::vector<Key> flushes_;
  std::vector<Key> soon_;
  std::vector<Key> calling_;
  Timer soon_timer_;
};

}  // namespace wskit::net
