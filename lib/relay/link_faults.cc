// SPDX-License-Identifier: MIT
#include "relay/link_faults.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "core/bytes.h"
#include "relay/asked_faults.h"
#include "relay/side.h"

namespace wskit::relay {
namespace {

using script::Direction;

bool has_kind(const std::vector<ActiveFault>& faults, std::initializer_list<FaultKind> kinds) {
  return std::ranges::any_of(faults, [&](const ActiveFault& fault) {
    return std::ranges::find(kinds, fault.rule().kind) != kinds.end();
  });
}

/// What only the server can make happen.
bool is_of_server(const ActiveFault& fault) {
  return fault.rule().kind == FaultKind::history_truncated ||
         fault.rule().kind == FaultKind::epoch_changed;
}

/// With compression RSV1 is a legal bit.
bool sets_rsv1(const ActiveFault& fault) {
  return fault.rule().kind == FaultKind::reserved_bit && fault.rule().number == 1;
}

/// A bomb needs compression, whatever else there is.
bool spoils_compression(const LinkFaults::Choice& choice) {
  const auto spoils = [](const std::vector<ActiveFault>& faults) {
    return has_kind(faults, {FaultKind::drop, FaultKind::duplicate, FaultKind::reorder,
                             FaultKind::corrupt, FaultKind::bad_utf8}) ||
           std::ranges::any_of(faults, sets_rsv1);
  };
  return (spoils(choice.send) || spoils(choice.recv)) &&
         !has_kind(choice.send, {FaultKind::bomb}) && !has_kind(choice.recv, {FaultKind::bomb});
}

}  // namespace

LinkFaults::Choice LinkFaults::Choice::make(const FaultPlan& plan, const FaultSubject& subject) {
  return {.connection = subject.number,
          .send = plan.choose(subject, Direction::send),
          .recv = plan.choose(subject, Direction::recv)};
}

void LinkFaults::Choice::keep_http() {
  http = true;
  send.clear();
  std::erase_if(recv, [](const ActiveFault& fault) { return !is_for_http(fault.rule()); });
}

std::vector<ActiveFault> LinkFaults::Choice::take_resuming() {
  std::vector<ActiveFault> taken;
  std::ranges::copy_if(recv, std::back_inserter(taken), is_of_server);
  std::erase_if(recv, [](const ActiveFault& fault) {
    return fault.rule().kind == FaultKind::wrong_node || is_of_server(fault);
  });
  return taken;
}

LinkFaults::LinkFaults(Choice choice, FaultPlan& plan, net::Loop& loop, Outlet& outlet)
    : connection_(choice.connection),
      plan_(plan),
      loop_(loop),
      outlet_(outlet),
      rejections_(choice.recv),
      wants_no_compression_(spoils_compression(choice)),
      http_(choice.http),
      send_(std::move(choice.send), Direction::send, *this),
      recv_(choice.recv, Direction::recv, *this),
      answer_(std::move(choice.recv), recv_.queue, *this),
      timer_(loop.timers(), *this) {
  of_server_ = rejections_;
  std::erase_if(rejections_, [](const ActiveFault& fault) {
    return fault.rule().kind != FaultKind::reject && fault.rule().kind != FaultKind::wrong_node;
  });
  std::erase_if(of_server_, [](const ActiveFault& fault) { return !is_of_server(fault); });
}

std::optional<std::string> LinkFaults::reject() {
  if (rejections_.empty()) {
    return std::nullopt;
  }
  on_fired(rejections_.front(), loop_.now());
  return rejection_of(rejections_.front().rule());
}

std::string_view LinkFaults::ask_server() {
  if (of_server_.empty()) {
    return {};
  }
  on_fired(of_server_.front(), loop_.now());
  return of_server_.front().form().name;
}

void LinkFaults::on_fired(const ActiveFault& fault, Instant now) {
  plan_.fire(fault, connection_, now);
  outlet_.on_fault(fault.rule());
}

void LinkFaults::take(Direction direction, std::span<std::byte> bytes) {
  if (frozen_) {
    return;
  }
  const Instant now = loop_.now();
  std::span<const std::byte> rest = bytes;
  if (direction == Direction::recv) {
    take_answer(rest, now);
  }
  take_rest(direction, rest, now);
  pump(now);
}

void LinkFaults::take_rest(Direction direction, std::span<const std::byte> bytes, Instant now) {
  using State = AnswerFaults::State;
  const bool other = answer_.state() == State::other;
  if (http_ ? direction == Direction::send : other) {
    way(direction).queue.put(std::string(as_text(bytes)), now);
  } else if (http_ && other) {
    recv_.stage.feed_http(bytes, now);
  } else if (direction == Direction::send || answer_.state() == State::open) {
    way(direction).stage.feed(bytes, now);
  }
}

void LinkFaults::take_answer(std::span<const std::byte>& bytes, Instant now) {
  if (answer_.state() != AnswerFaults::State::reading) {
    return;
  }
  answer_.feed(bytes, now);
  if (http_ && answer_.state() == AnswerFaults::State::other) {
    recv_.stage.open(recv_.queue.earliest(now), false);
  }
  if (answer_.state() == AnswerFaults::State::open) {
    const Instant opened = recv_.queue.earliest(now);
    recv_.stage.open(opened, answer_.has_compression());
    send_.stage.open(opened, answer_.has_compression());
  }
}

void LinkFaults::end(Direction direction) {
  if (frozen_) {
    return;
  }
  const Instant now = loop_.now();
  // A server that is done with its answer ends it at once; a WebSocket's would go on.
  if (http_ && direction == Direction::recv && answer_.state() == AnswerFaults::State::stalled) {
    holds_end_ = true;
    return;
  }
  if (std::exchange(holds_end_, false)) {
    recv_.stage.end(now);
  }
  if (direction == Direction::recv && answer_.state() == AnswerFaults::State::reading) {
    recv_.queue.put(answer_.take_rest(), now);
  }
  way(direction).stage.end(now);
  pump(now);
}

void LinkFaults::on_timer(Instant now) {
  send_.stage.tick(now);
  recv_.stage.tick(now);
  pump(now);
}

void LinkFaults::pump(Instant now) {
  let_out(Direction::send, now);
  let_out(Direction::recv, now);
  hold(Direction::send);
  hold(Direction::recv);
  if (const auto due = frozen_ ? std::nullopt : next()) {
    timer_.arm(*due);
  } else {
    timer_.cancel();
  }
}

void LinkFaults::let_out(Direction direction, Instant now) {
  while (auto item = way(direction).queue.take(now)) {
    switch (item->action) {
      case PacedQueue::Action::write:
        outlet_.write_out(direction, std::as_writable_bytes(std::span(item->bytes)));
        break;
      case PacedQueue::Action::finish:
        outlet_.finish_out(direction);
        break;
      case PacedQueue::Action::reset:
        outlet_.reset_both();
        break;
      case PacedQueue::Action::freeze:
        freeze();
        break;
    }
  }
}

void LinkFaults::freeze() {
  frozen_ = true;
  send_.queue.clear();
  recv_.queue.clear();
}

/// As between the sides of a link: nothing piles up.
void LinkFaults::hold(Direction direction) {
  Way& of = way(direction);
  const bool still = of.holds && of.queue.bytes() > Side::kFewUnsent;
  const bool holds =
      frozen_ || of.stage.is_stalled() || still || of.queue.bytes() >= Side::kMostUnsent;
  if (holds != of.holds) {
    of.holds = holds;
    outlet_.hold_source(direction, holds);
  }
}

std::optional<Instant> LinkFaults::next() const {
  std::optional<Instant> earliest;
  for (const auto& due :
       {send_.queue.next(), recv_.queue.next(), send_.stage.next(), recv_.stage.next()}) {
    if (due && (!earliest || *due < *earliest)) {
      earliest = due;
    }
  }
  return earliest;
}

}  // namespace wskit::relay
