// SPDX-License-Identifier: MIT
#include "load/session.h"

#include <algorithm>
#include <utility>

#include "load/worker.h"
#include "ws/small_messages.h"

namespace wskit::load {
Session::Session(Worker& worker, std::uint32_t number)
    : worker_(worker),
      expiry_(worker.loop().timers(), *this),
      quota_left_(quota_of(worker.plan(), number)),
      number_(number) {}

void Session::connect() {
  opened_ = false;
  blocked_ = false;
  connection_ = worker_.client().connect(*this);
}

void Session::take_up(Instant scheduled, Instant taken, bool measured) {
  worker_.tally().scheduled(scheduled, measured);
  if (!is_open()) {
    worker_.tally().unsent(scheduled, measured, cause_);
    return;
  }
  const bool drop_late = worker_.plan().late == Late::drop;
  if (drop_late) {
    drop_superseded();
  }
  const bool too_late = drop_late && last_scheduled_ != Instant::min() &&
                        taken - scheduled >= scheduled - last_scheduled_;
  last_scheduled_ = scheduled;
  ledger_.add(scheduled, taken, measured);
  if (too_late) {
    worker_.tally().dropped(ledger_.drop_first_waiting());
    return;
  }
  if (!blocked_) {
    send_waiting();
  }
}

void Session::drop_superseded() {
  while (ledger_.first_waiting()) {
    worker_.tally().dropped(ledger_.drop_first_waiting());
  }
}

inline bool Session::send_first_waiting(ws::MessageType type, std::uint64_t sequence) {
  EchoMatcher* const echo = worker_.echo();
  const auto payload = echo != nullptr ? echo->message(number_, sequence)
                                       : worker_.matcher().message(number_, sequence);
  const ws::SendResult result = connection_->send(type, payload);
  blocked_ = result != ws::SendResult::queued;
  if (result != ws::SendResult::dropped) [[likely]] {
    ledger_.queue_first_waiting();
    worker_.tally().payload_sent(payload.size());
  }
  return !blocked_;
}

// Once a message with one in flight: the calls below it, each small and used elsewhere too, would
// cost a fifth of it (GCC leaves them as calls once a second caller exists).
[[gnu::flatten]] void Session::fill_window(Instant now) {
  const std::size_t window = worker_.plan().window;
  if (ledger_.unresolved() >= window || blocked_ || quota_left_ == 0 || !is_open() ||
      !worker_.sends_at(now)) {
    return;
  }
  const bool measured = worker_.is_measured(now);
  const ws::MessageType type = worker_.plan().payload.type;
  const std::uint64_t room = window - ledger_.unresolved();
  const std::uint64_t most = measured ? std::min(room, quota_left_) : room;
  std::uint64_t started = most > 1 ? send_row(now, measured, most) : 0;
  while (started < most) {
    ++started;
    if (!send_first_waiting(type, ledger_.add(now, now, measured))) {
      break;
    }
  }
  worker_.tally().scheduled(now, measured, started);
  if (measured) {
    quota_left_ -= started;
    worker_.measured_messages_started(started, now);
  }
}

inline std::uint64_t Session::send_row(Instant now, bool measured, std::uint64_t most) {
  EchoMatcher* const echo = worker_.echo();
  if (echo == nullptr) [[unlikely]] {
    return 0;
  }
  const auto next = [echo, number = number_, sequence = ledger_.next_sequence()]() mutable {
    return echo->message(number, sequence++).data();
  };
  const std::size_t sent =
      connection_->send_row(worker_.plan().payload.type, echo->size(), most, next);
  ledger_.add_queued(now, measured, sent);
  worker_.tally().payload_sent(sent * echo->size());
  return sent;
}

void Session::send_waiting() {
  const ws::MessageType type = worker_.plan().payload.type;
  while (const auto sequence = ledger_.first_waiting()) {
    if (!send_first_waiting(type, *sequence)) {
      return;
    }
  }
}

void Session::close() {
  if (connection_ != nullptr && connection_->is_open()) {
    // 1000 is a code that may be sent: there is no failure to handle.
    static_cast<void>(connection_->close());
  }
}

void Session::give_up_waiting(ErrorCode cause) {
  while (ledger_.first_waiting()) {
    const Ledger::Entry entry = ledger_.drop_first_waiting();
    worker_.tally().unsent(entry.scheduled, entry.measured, cause);
  }
}

void Session::abandon(ErrorCode cause) {
  if (connection_ != nullptr) {
    down({.code = cause, .message = "given up by the load test"});
  }
}

void Session::on_open(const ws::Opened& opened) {
  opened_ = true;
  worker_.tally().opened(opened);
  worker_.session_opened(*this);
}

void Session::on_message(ws::MessageType type, std::span<const std::byte> payload,
                         ws::Received received) {
  read_reply(type, payload, received.last);
}

void Session::on_small_messages(ws::SmallMessages& messages, Instant received) {
  while (const wire::SmallMessage message = messages.next()) {
    read_reply(ws::type_of(message.opcode), message.payload, received);
  }
}

[[gnu::always_inline]] inline void Session::read_reply(ws::MessageType type,
                                                       std::span<const std::byte> payload,
                                                       Instant received) {
  Tally& tally = worker_.tally();
  tally.payload_received(payload.size());
  EchoMatcher* const echo = worker_.echo();
  const Reply reply = echo != nullptr ? echo->read(number_, ledger_, type, payload)
                                      : worker_.matcher().read(number_, ledger_, type, payload);
  if (reply.kind == Reply::Kind::push || reply.kind == Reply::Kind::unmatched) [[unlikely]] {
    return reply.kind == Reply::Kind::push ? tally.push(received) : tally.unmatched(received);
  }
  const Ledger::Answer answer = ledger_.answer(reply.sequence);
  if (answer.verdict != Ledger::Verdict::answered) [[unlikely]] {
    return count_stray(answer.verdict, received);
  }
  tally.answered(answer, reply.kind, received);
  worker_.message_answered(received);
}

void Session::on_read_end(Instant received) {
  if (worker_.plan().model == stats::Model::closed) {
    fill_window(received);
  }
}

void Session::count_stray(Ledger::Verdict verdict, Instant received) {
  Tally& tally = worker_.tally();
  if (verdict == Ledger::Verdict::duplicate) {
    tally.duplicate(received);
  } else if (verdict == Ledger::Verdict::late) {
    tally.late_reply(received);
  } else {
    tally.unmatched(received);
  }
}

void Session::resolved(Instant now) {
  if (worker_.plan().model == stats::Model::closed) {
    fill_window(now);
  }
  worker_.message_resolved(now);
}

void Session::on_offer(Instant at) {
  offered_bytes_ = connection_->unsent();
  Tally& tally = worker_.tally();
  ledger_.offer(at, [&](const Ledger::Entry& entry, std::uint64_t /*sequence*/) {
    tally.offered(entry, at);
  });
  if (!expiry_.armed() && ledger_.in_flight() != 0) {
    expiry_.arm(at + worker_.plan().timeout);
  }
}

void Session::on_flushed(std::size_t bytes) {
  offered_bytes_ -= bytes;
  if (offered_bytes_ != 0) [[unlikely]] {
    blocked_ = true;
  } else if (blocked_) [[unlikely]] {
    unblock();
  }
}

void Session::unblock() {
  blocked_ = false;
  send_waiting();
  if (worker_.plan().model == stats::Model::closed) {
    fill_window(worker_.loop().now());
  }
}

void Session::on_timer(Instant now) {
  bool any = false;
  ledger_.expire(now, worker_.plan().timeout,
                 [&](const Ledger::Entry& entry, std::uint64_t /*sequence*/) {
                   any = true;
                   worker_.tally().expired(entry, now);
                 });
  if (const auto next = ledger_.next_deadline(worker_.plan().timeout)) {
    expiry_.arm(*next);
  }
  if (any) {
    resolved(now);
  }
}

void Session::on_close(const ws::Closed& closed) {
  down(error_of(closed));
}

void Session::on_error(const ws::Failure& failure) {
  if (!opened_) {
    cause_ = failure.error.code;
    connection_.reset();
    worker_.session_failed(*this, failure);
    return;
  }
  down(failure.error);
}

void Session::down(const Error& cause) {
  cause_ = cause.code;
  connection_.reset();
  expiry_.cancel();
  const Instant now = worker_.loop().now();
  Tally& tally = worker_.tally();
  ledger_.close(
      [&](const Ledger::Entry& entry, std::uint64_t /*sequence*/) { tally.lost(entry, now); },
      [&](const Ledger::Entry& entry) {
        tally.unsent(entry.scheduled, entry.measured, cause.code);
      });
  worker_.session_down(*this, cause);
}

}  // namespace wskit::load
