// SPDX-License-Identifier: MIT
#include "load/pacer.h"

#include <algorithm>
#include <utility>

namespace wskit::load {
namespace {

/// Releases in one go, so that a generator that is far behind still reads its replies.
constexpr int kBurst = 256;

}  // namespace

Pacer::Pacer(net::Loop& loop, PacerTarget& target)
    : loop_(loop), target_(target), timer_(loop.timers(), *this) {}

void Pacer::begin(ScheduleSlice events, Instant start) {
  events_.emplace(std::move(events));
  start_ = start;
  wait_for_next();
}

void Pacer::stop_after(Instant last) {
  last_ = std::min(last_, last);
  if (timer_.armed()) {
    wait_for_next();
  }
}

std::optional<Instant> Pacer::next_due() const {
  if (!events_ || !events_->front()) {
    return std::nullopt;
  }
  const Instant due = start_ + events_->front()->due;
  return due <= last_ ? std::optional(due) : std::nullopt;
}

void Pacer::wait_for_next() {
  const auto due = next_due();
  // The end of the schedule is told from a timer too, never from inside begin() or stop_after().
  timer_.arm(due ? *due : loop_.now());
}

void Pacer::on_timer(Instant now) {
  for (int released = 0; released < kBurst; ++released) {
    const auto due = next_due();
    if (!due) {
      events_.reset();
      return target_.on_schedule_end();
    }
    if (*due > now) {
      break;
    }
    release(*due, now);
    now = loop_.now();
  }
  wait_for_next();
}

void Pacer::fast_forward(Instant now) {
  while (const auto due = next_due()) {
    release(*due, now);
  }
  wait_for_next();
}

void Pacer::release(Instant scheduled, Instant taken) {
  const std::uint32_t slot = events_->front()->slot;
  events_->pop();
  target_.on_due(slot, scheduled, taken);
}

}  // namespace wskit::load
