// SPDX-License-Identifier: MIT
// What a Worker makes of its connections opening, failing and ending.
#include "load/worker.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/excerpt.h"

namespace wskit::load {
namespace {

/// Before a connection that was lost is opened again.
constexpr Nanoseconds kReconnectDelay = std::chrono::milliseconds(250);

}  // namespace

void Worker::session_opened(Participant& session) {
  ++open_;
  connect_queue_.done();
  if (phase_ == Phase::closing) {
    return session.close();
  }
  if (phase_ == Phase::running && plan_.model == stats::Model::closed) {
    session.fill_window(loop_.now());
  }
  check_connected();
}

void Worker::session_failed(Participant& session, const ws::Failure& failure) {
  tally_.failed_to_open(failure.error.code);
  if (!first_failure_) {
    first_failure_ = failure.error;
    if (const std::string said = wire::excerpt(failure.body); !said.empty()) {
      first_failure_->message += fmt::format(" and said: {}", said);
    }
  }
  connect_queue_.done();
  lose(session, loop_.now());
  check_connected();
}

void Worker::session_down(Participant& session, const Error& cause) {
  const bool goes_on = phase_ < Phase::closing;
  connection_ended(&cause);
  if (goes_on) {
    lose(session, loop_.now());
  }
}

void Worker::connection_ended(const Error* cause) {
  --open_;
  if (phase_ == Phase::closing) {
    if (open_ == 0) {
      finish();
    }
    return;
  }
  if (phase_ != Phase::finished && cause != nullptr) {
    tally_.closed_early(cause->code);
    if (!first_loss_) {
      first_loss_ = *cause;
    }
  }
}

void Worker::reopen(Participant& session, bool after_pause, Instant now) {
  if (phase_ == Phase::running && !after_pause) {
    return connect_queue_.add(session);
  }
  reconnects_.push_back({.due = now + kReconnectDelay, .session = &session});
  if (phase_ == Phase::running) {
    reconnect_timer_.arm(reconnects_.front().due);
  }
}

void Worker::lose(Participant& session, Instant now) {
  if (phase_ == Phase::running && plan_.on_close == OnClose::reconnect) {
    return reopen(session, true, now);
  }
  if (fanout_ == nullptr) {
    forgo(session.quota_left(), now);
  } else if (phase_ == Phase::running) {
    forgo(fanout_->forgo_dead(), now);
  }
  check_all_lost(now);
  check_drained(now);
}

void Worker::forgo(std::uint64_t messages, Instant now) {
  if (plan_.max_messages == 0 || plan_.model == stats::Model::open) {
    return;
  }
  quota_left_ -= messages;
  if (quota_left_ == 0 && phase_ == Phase::running) {
    end_timer_.arm(now);
  }
}

void Worker::reconnect_due(Instant now) {
  while (!reconnects_.empty() && reconnects_.front().due <= now) {
    connect_queue_.add(*reconnects_.front().session);
    reconnects_.pop_front();
  }
  if (!reconnects_.empty()) {
    reconnect_timer_.arm(reconnects_.front().due);
  }
}

void Worker::check_connected() {
  if (phase_ == Phase::connecting && connect_queue_.idle()) {
    phase_ = Phase::ready;
    observer_.on_connected(*this);
  }
}

void Worker::check_all_lost(Instant now) {
  if (phase_ != Phase::running || goes_on() || !connect_queue_.idle() || !reconnects_.empty()) {
    return;
  }
  if (plan_.model == stats::Model::closed) {
    return end_timer_.arm(now);
  }
  if (now >= start_) {
    // Nobody is left to send: the rest of the plan is accounted for at once (unsent).
    pacer_.fast_forward(now);
  } else if (participants_.empty()) {
    end_timer_.arm(now);
  }
}

bool Worker::goes_on() const {
  if (fanout_ != nullptr && plan_.model == stats::Model::closed) {
    return fanout_->goes_on();
  }
  return open_ != 0 || (script_ != nullptr && plays_on());
}

// Without a connection an iteration may still have something to do, and the next one gets another.
bool Worker::plays_on() const {
  return std::ranges::any_of(
      participants_, [](const Participant* const session) { return session->unresolved() != 0; });
}

}  // namespace wskit::load
