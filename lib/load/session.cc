// SPDX-License-Identifier: MIT
#include "load/session.h"

#include <utility>

#include <fmt/format.h>

#include "load/worker.h"

namespace wskit::load {

Session::Session(Worker& worker, std::uint32_t number)
    : worker_(worker), expiry_(worker.loop().timers(), *this), number_(number) {}

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
    send_waiting(taken);
  }
}

void Session::drop_superseded() {
  while (ledger_.first_waiting()) {
    worker_.tally().dropped(ledger_.drop_first_waiting());
  }
}

void Session::fill_window(Instant now) {
  const Plan& plan = worker_.plan();
  while (is_open() && !blocked_ && ledger_.unresolved() < plan.window &&
         worker_.may_start_message(now, *this)) {
    const bool measured = worker_.is_measured(now);
    if (measured) {
      ++quota_used_;
      worker_.measured_message_started(now);
    }
    worker_.tally().scheduled(now, measured);
    ledger_.add(now, now, measured);
    send_waiting(now);
  }
}

void Session::send_waiting(Instant now) {
  const ws::MessageType type = worker_.plan().payload.type;
  while (const auto sequence = ledger_.first_waiting()) {
    const auto payload = worker_.matcher().message(number_, *sequence);
    const ws::SendResult result = connection_->send(type, payload);
    if (result == ws::SendResult::dropped) {
      blocked_ = true;
      return;
    }
    ledger_.queue_first_waiting();
    worker_.tally().payload_sent(now, payload.size());
    if (result == ws::SendResult::backpressure) {
      blocked_ = true;
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
  Tally& tally = worker_.tally();
  tally.payload_received(received.last, payload.size());
  const Reply reply = worker_.matcher().read(number_, ledger_, type, payload);
  if (reply.kind == Reply::Kind::push) {
    return tally.push(received.last);
  }
  if (reply.kind == Reply::Kind::unmatched) {
    return tally.unmatched(received.last);
  }
  const Ledger::Answer answer = ledger_.answer(reply.sequence);
  switch (answer.verdict) {
    case Ledger::Verdict::unknown:
      return tally.unmatched(received.last);
    case Ledger::Verdict::duplicate:
      return tally.duplicate(received.last);
    case Ledger::Verdict::late:
      return tally.late_reply(received.last);
    case Ledger::Verdict::answered:
      break;
  }
  tally.answered(answer, reply.kind, received.last);
  worker_.message_resolved(*this, received.last);
}

void Session::on_offer(Instant at) {
  offered_bytes_ = connection_->unsent();
  ledger_.offer(at, [&](const Ledger::Entry& entry) { worker_.tally().offered(entry, at); });
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
  const Instant now = worker_.loop().now();
  send_waiting(now);
  if (worker_.plan().model == stats::Model::closed) {
    fill_window(now);
  }
}

void Session::on_timer(Instant now) {
  bool any = false;
  ledger_.expire(now, worker_.plan().timeout, [&](const Ledger::Entry& entry) {
    any = true;
    worker_.tally().expired(entry, now);
  });
  if (const auto next = ledger_.next_deadline(worker_.plan().timeout)) {
    expiry_.arm(*next);
  }
  if (any) {
    worker_.message_resolved(*this, now);
  }
}

void Session::on_close(const ws::Closed& closed) {
  down({.code = closed.by_peer ? ErrorCode::closed_remote : ErrorCode::closed_local,
        .message = fmt::format("closed with {} ({}){}{}", static_cast<unsigned>(closed.code),
                               wire::name(closed.code), closed.reason.empty() ? "" : ": ",
                               closed.reason)});
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
  ledger_.close([&](const Ledger::Entry& entry) { tally.lost(entry, now); },
                [&](const Ledger::Entry& entry) {
                  tally.unsent(entry.scheduled, entry.measured, cause.code);
                });
  worker_.session_down(*this, cause);
}

}  // namespace wskit::load
