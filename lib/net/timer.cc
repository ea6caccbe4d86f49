// SPDX-License-Identifier: MIT
#include "net/timer.h"

#include <utility>

namespace wskit::net {
namespace {

// A timer that is about to fire has left the heap; its position is then an index into due_.
constexpr std::size_t kDueBit = ~(static_cast<std::size_t>(-1) >> 1);

}  // namespace

void Timer::arm(Instant due) {
  cancel();
  queue_.insert(*this, due);
}

void Timer::cancel() {
  if (armed()) {
    queue_.remove(position_);
    position_ = kNotArmed;
  }
}

void TimerQueue::fire(Instant now) {
  while (!heap_.empty() && heap_.front().due <= now) {
    Timer* const timer = heap_.front().timer;
    remove(0);
    timer->position_ = kDueBit | due_.size();
    due_.push_back(timer);
  }
  // A callback may cancel, move or destroy any timer of the list: its place is then null.
  for (Timer* const timer : due_) {
    if (timer != nullptr) {
      timer->position_ = Timer::kNotArmed;
      timer->handler_.on_timer(now);
    }
  }
  due_.clear();
}

void TimerQueue::insert(Timer& timer, Instant due) {
  heap_.push_back({due, &timer});
  timer.position_ = heap_.size() - 1;
  sift_up(timer.position_);
}

void TimerQueue::remove(std::size_t position) {
  if ((position & kDueBit) != 0) {
    due_[position & ~kDueBit] = nullptr;
    return;
  }
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) {
    return;
  }
  place(position, last);
  sift_down(position);
  sift_up(position);
}

void TimerQueue::sift_up(std::size_t position) {
  const Entry entry = heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (heap_[parent].due <= entry.due) {
      break;
    }
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void TimerQueue::sift_down(std::size_t position) {
  const Entry entry = heap_[position];
  for (std::size_t child = 2 * position + 1; child < heap_.size(); child = 2 * position + 1) {
    if (child + 1 < heap_.size() && heap_[child + 1].due < heap_[child].due) {
      ++child;
    }
    if (entry.due <= heap_[child].due) {
      break;
    }
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

void TimerQueue::place(std::size_t position, Entry entry) {
  heap_[position] = entry;
  entry.timer->position_ = position;
}

}  // namespace wskit::net
