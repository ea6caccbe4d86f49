// SPDX-License-Identifier: MIT
#include "load/publisher.h"

#include <utility>

#include "load/subscriber.h"
#include "load/worker.h"

namespace wskit::load {

Publisher::Publisher(Worker& worker, FanoutTopic& topic, std::uint32_t number)
    : worker_(worker),
      topic_(topic),
      deliveries_(topic.size()),
      expiry_(worker.loop().timers(), *this),
      quota_left_(quota_of(worker.plan(), number)),
      number_(number) {}

void Publisher::connect() {
  opened_ = false;
  blocked_ = false;
  connection_ = worker_.connect_to(topic_, *this);
}

void Publisher::take_up(Instant scheduled, Instant taken, bool measured) {
  worker_.tally().scheduled(scheduled, measured);
  if (!is_open()) {
    return unsent(scheduled, measured, cause_);
  }
  const bool drop_late = worker_.plan().late == Late::drop;
  while (drop_late && ledger_.first_waiting()) {
    drop_first_waiting();
  }
  const bool too_late = drop_late && last_scheduled_ != Instant::min() &&
                        taken - scheduled >= scheduled - last_scheduled_;
  last_scheduled_ = scheduled;
  ledger_.add(scheduled, taken, measured);
  if (too_late) {
    return drop_first_waiting();
  }
  if (!blocked_) {
    send_waiting();
  }
}

void Publisher::drop_first_waiting() {
  const Ledger::Entry entry = ledger_.drop_first_waiting();
  worker_.tally().dropped(entry);
  worker_.tally().not_published(entry.measured, topic_.size());
}

void Publisher::unsent(Instant scheduled, bool measured, ErrorCode cause) {
  worker_.tally().unsent(scheduled, measured, cause);
  worker_.tally().not_published(measured, topic_.size());
}

void Publisher::fill_window(Instant now) {
  // Without anybody to receive, all would be over as soon as it is sent.
  if (worker_.plan().model != stats::Model::closed || topic_.open_count == 0) {
    return;
  }
  while (ledger_.unresolved() < worker_.plan().window && !blocked_ && quota_left_ != 0 &&
         is_open() && worker_.sends_at(now)) {
    const bool measured = worker_.is_measured(now);
    worker_.tally().scheduled(now, measured);
    send_first_waiting(ledger_.add(now, now, measured));
    if (measured) {
      --quota_left_;
      worker_.measured_messages_started(1, now);
    }
  }
}

void Publisher::send_waiting() {
  while (const auto sequence = ledger_.first_waiting()) {
    if (!send_first_waiting(*sequence)) {
      return;
    }
  }
}

bool Publisher::send_first_waiting(std::uint64_t sequence) {
  FanoutMatcher& matcher = worker_.fanout().matcher();
  const auto message = matcher.message(number_, sequence);
  const ws::SendResult result = connection_->send(matcher.type(), message);
  blocked_ = result != ws::SendResult::queued;
  if (result != ws::SendResult::dropped) {
    ledger_.queue_first_waiting();
    worker_.tally().payload_sent(message.size());
  }
  return !blocked_;
}

void Publisher::on_offer(Instant at) {
  offered_bytes_ = connection_->unsent();
  bool unawaited = false;
  ledger_.offer(at, [&](const Ledger::Entry& entry, std::uint64_t sequence) {
    const std::uint32_t awaited = deliveries_.send(sequence, topic_.open);
    worker_.tally().published(entry, topic_.size(), topic_.size() - awaited, at);
    unawaited = unawaited || awaited == 0;
  });
  if (unawaited) {
    // Not in here: accounting for it may end the run.
    expiry_.arm(at);
  } else if (!expiry_.armed() && ledger_.in_flight() != 0) {
    expiry_.arm(at + worker_.plan().timeout);
  }
}

void Publisher::arrived(const Deliveries::Arrived& arrived) {
  const Deliveries::Arrival arrival = deliveries_.arrive(arrived);
  if (arrival.verdict > Deliveries::Verdict::damaged) [[unlikely]] {
    return count_stray(arrived, arrival.verdict);
  }
  Tally& tally = worker_.tally();
  const Ledger::Entry& entry = ledger_.entry(arrived.sequence);
  if (arrival.verdict == Deliveries::Verdict::delivered) [[likely]] {
    tally.delivered(entry, arrived.at);
  } else {
    tally.not_delivered(entry, &stats::FanoutResult::damaged, 1, arrived.at);
  }
  Subscriber& subscriber = *topic_.subscribers[arrived.subscriber];
  if (arrival.reordered) [[unlikely]] {
    tally.reordered(entry);
    subscriber.note(Subscriber::Oddity::reorder, entry.measured);
  }
  if (arrival.gap) [[unlikely]] {
    subscriber.note(Subscriber::Oddity::gap, entry.measured);
  }
  if (arrival.resolved) {
    settle(arrived.sequence, arrived.at);
    fill_window(arrived.at);
    worker_.message_answered(arrived.at);
  }
}

void Publisher::count_stray(const Deliveries::Arrived& arrived, Deliveries::Verdict verdict) {
  Tally& tally = worker_.tally();
  if (verdict == Deliveries::Verdict::duplicate) {
    tally.duplicate(arrived.at);
    topic_.subscribers[arrived.subscriber]->note(Subscriber::Oddity::duplicate,
                                                 worker_.is_measured(arrived.at));
  } else if (verdict == Deliveries::Verdict::late) {
    tally.late_reply(arrived.at);
  } else {
    tally.unmatched(arrived.at);
  }
}

void Publisher::settle(std::uint64_t sequence, Instant now) {
  const Deliveries::Message message = deliveries_.close(sequence);
  const Ledger::Answer answer = ledger_.answer(sequence);
  worker_.tally().settled(*answer.entry, message, now);
}

void Publisher::left(std::uint32_t subscriber, Instant now) {
  bool any = false;
  deliveries_.leave(subscriber, [&](std::uint64_t sequence, bool resolved) {
    worker_.tally().not_delivered(ledger_.entry(sequence), &stats::FanoutResult::cut, 1, now);
    any = any || resolved;
  });
  if (any) {
    settle_unawaited(now);
  }
}

void Publisher::settle_unawaited(Instant now) {
  while (const auto sequence = deliveries_.first_unawaited()) {
    settle(*sequence, now);
  }
  fill_window(now);
  worker_.message_resolved(now);
}

void Publisher::expire(const Ledger::Entry& entry, std::uint64_t sequence, Instant now) {
  const std::uint32_t missing = deliveries_.expire(sequence, [&](std::uint32_t subscriber) {
    topic_.subscribers[subscriber]->note(Subscriber::Oddity::gap, entry.measured);
  });
  Tally& tally = worker_.tally();
  tally.not_delivered(entry, &stats::FanoutResult::undelivered, missing, now);
  tally.settled(entry, deliveries_.close(sequence), now);
}

void Publisher::on_timer(Instant now) {
  if (deliveries_.first_unawaited()) {
    settle_unawaited(now);
  }
  bool any = false;
  ledger_.expire(now, worker_.plan().timeout,
                 [&](const Ledger::Entry& entry, std::uint64_t sequence) {
                   any = true;
                   expire(entry, sequence, now);
                 });
  if (const auto next = ledger_.next_deadline(worker_.plan().timeout)) {
    expiry_.arm(*next);
  }
  if (any) {
    fill_window(now);
    worker_.message_resolved(now);
  }
}

void Publisher::on_flushed(std::size_t bytes) {
  offered_bytes_ -= bytes;
  if (offered_bytes_ != 0) [[unlikely]] {
    blocked_ = true;
  } else if (blocked_) [[unlikely]] {
    unblock();
  }
}

void Publisher::unblock() {
  blocked_ = false;
  send_waiting();
  fill_window(worker_.loop().now());
}

std::uint64_t Publisher::forgo() {
  return std::exchange(quota_left_, 0);
}

void Publisher::close() {
  if (is_open()) {
    // 1000 is a code that may be sent: there is no failure to handle.
    static_cast<void>(connection_->close());
  }
}

void Publisher::give_up_waiting(ErrorCode cause) {
  while (ledger_.first_waiting()) {
    const Ledger::Entry entry = ledger_.drop_first_waiting();
    unsent(entry.scheduled, entry.measured, cause);
  }
}

void Publisher::abandon(ErrorCode cause) {
  if (connection_ != nullptr) {
    down({.code = cause, .message = "given up by the load test"});
  }
}

void Publisher::on_open(const ws::Opened& opened) {
  opened_ = true;
  const FanoutPlan& plan = *worker_.plan().fanout;
  send_each(*connection_, plan.hello, plan.topics[topic_.number]);
  worker_.tally().opened(opened);
  worker_.session_opened(*this);
}

void Publisher::on_message(ws::MessageType /*type*/, std::span<const std::byte> payload,
                           ws::Received /*received*/) {
  worker_.tally().payload_received(payload.size());
  answer_pings(*connection_, *worker_.plan().fanout, payload);
}

void Publisher::on_close(const ws::Closed& closed) {
  down(error_of(closed));
}

void Publisher::on_error(const ws::Failure& failure) {
  if (!opened_) {
    cause_ = failure.error.code;
    connection_.reset();
    worker_.session_failed(*this, failure);
    return;
  }
  down(failure.error);
}

void Publisher::down(const Error& cause) {
  cause_ = cause.code;
  connection_.reset();
  expiry_.cancel();
  const Instant now = worker_.loop().now();
  Tally& tally = worker_.tally();
  ledger_.close(
      [&](const Ledger::Entry& entry, std::uint64_t sequence) {
        const std::uint32_t missing = deliveries_.cut_off(sequence);
        tally.not_delivered(entry, &stats::FanoutResult::cut, missing, now);
        tally.settled(entry, deliveries_.close(sequence), now);
      },
      [&](const Ledger::Entry& entry) { unsent(entry.scheduled, entry.measured, cause.code); });
  worker_.session_down(*this, cause);
}

}  // namespace wskit::load
