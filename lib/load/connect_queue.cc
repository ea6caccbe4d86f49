// SPDX-License-Identifier: MIT
#include "load/connect_queue.h"

#include "load/participant.h"

namespace wskit::load {

ConnectQueue::ConnectQueue(net::Loop& loop, const ConnectQueueOptions& options)
    : loop_(loop), options_(options), timer_(loop.timers(), *this, &ConnectQueue::start) {}

void ConnectQueue::add(Participant& session) {
  waiting_.push_back(&session);
  if (!timer_.armed()) {
    timer_.arm(loop_.now());
  }
}

void ConnectQueue::done() {
  --under_way_;
  if (!waiting_.empty() && !timer_.armed()) {
    timer_.arm(loop_.now());
  }
}

Instant ConnectQueue::next_start() const {
  if (options_.rate <= 0) {
    return first_;
  }
  constexpr double kSecond = 1e9;
  const double offset = static_cast<double>(started_) / options_.rate * kSecond;
  return first_ + Nanoseconds(static_cast<std::int64_t>(offset));
}

void ConnectQueue::start(Instant now) {
  if (started_ == 0) {
    first_ = now;
  }
  while (!waiting_.empty() && under_way_ < options_.concurrency) {
    if (const Instant due = next_start(); due > now) {
      timer_.arm(due);
      return;
    }
    Participant& session = *waiting_.front();
    waiting_.pop_front();
    ++under_way_;
    ++started_;
    session.connect();
  }
}

}  // namespace wskit::load
