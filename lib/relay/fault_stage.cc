// SPDX-License-Identifier: MIT
#include "relay/fault_stage.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "core/bytes.h"

namespace wskit::relay {
namespace {

constexpr std::string_view kBehindClose = "data after close";
constexpr std::string_view kNotUtf8 = "\xC3\x28";
constexpr std::string_view kWrongPong = "not what was asked for";
/// Whether what stalls was taken back.
constexpr Nanoseconds kSecondLook = std::chrono::milliseconds(50);
constexpr Nanoseconds kForEver = std::chrono::hours(24 * 365 * 50);

/// Without faults of messages none has to be kept until it is whole.
std::size_t bytes_to_keep(const std::vector<ActiveFault>& faults) {
  const bool keeps = std::ranges::any_of(
      faults, [](const ActiveFault& fault) { return fault.form().moment == FaultMoment::message; });
  return keeps ? FrameCutter::kMostKept : 0;
}

bool is_withdrawn(const LiveFaultPointer& fault) {
  return fault != nullptr && fault->withdrawn.load(std::memory_order_relaxed);
}

/// 0: nothing limits the rate.
std::uint64_t slowest_of(const std::vector<ActiveFault>& faults) {
  std::uint64_t slowest = 0;
  for (const ActiveFault& fault : faults) {
    if (fault.form().moment == FaultMoment::flow && !is_withdrawn(fault.fault())) {
      const std::uint64_t rate = *fault.rule().number;
      slowest = slowest == 0 ? rate : std::min(slowest, rate);
    }
  }
  return slowest;
}

bool puts_frames(FaultKind kind) {
  return kind == FaultKind::close || kind == FaultKind::data_after_close ||
         kind == FaultKind::oversize || kind == FaultKind::bomb || kind == FaultKind::ping_flood;
}

}  // namespace

FaultStage::FaultStage(std::vector<ActiveFault> faults, script::Direction direction,
                       PacedQueue& queue, Owner& owner)
    : faults_(std::move(faults)),
      queue_(queue),
      owner_(owner),
      cutter_(bytes_to_keep(faults_)),
      frames_(direction == script::Direction::send,
              faults_.empty() ? FaultDice() : faults_.front().dice().derive(1)) {
  queue_.set_rate(slowest_of(faults_));
}

Nanoseconds FaultStage::age(Instant now) const {
  return opened_ ? std::max(now - *opened_, Nanoseconds(0)) : Nanoseconds(0);
}

void FaultStage::fire(ActiveFault& fault, Instant now) {
  fault.count();
  owner_.on_fired(fault, now);
}

void FaultStage::open(Instant now, bool compression) {
  opened_ = now;
  compression_ = compression;
  for (ActiveFault& fault : faults_) {
    if (fault.form().moment == FaultMoment::flow) {
      fire(fault, now);
    }
  }
  fire_due(now);
}

void FaultStage::feed(std::span<const std::byte> bytes, Instant now) {
  forget_withdrawn(now);
  while (auto unit = cutter_.next(bytes)) {
    take(std::move(*unit), now);
  }
}

void FaultStage::feed_http(std::span<const std::byte> bytes, Instant now) {
  forget_withdrawn(now);
  std::string_view text = as_text(bytes);
  while (!text.empty() && !muted_) {
    std::size_t end = 0;
    bool ends = false;
    while (end < text.size() && !ends) {
      ends = text[end] == '\n' && last_ == '\n';
      last_ = text[end++];
    }
    queue_.put(std::string(text.substr(0, end)), now);
    text.remove_prefix(end);
    if (ends) {
      count_message(now);
    }
  }
}

void FaultStage::end(Instant now) {
  if (!muted_) {
    release_waiting(true);
    queue_.put(cutter_.take_rest(), now);
  }
  queue_.put(PacedQueue::Action::finish, now);
}

void FaultStage::take(CutUnit unit, Instant now) {
  if (muted_) {
    return;
  }
  if (unit.kind == CutUnit::Kind::message) {
    return take_message(std::move(unit), now);
  }
  if (unit.kind == CutUnit::Kind::control && unit.opcode == wire::Opcode::pong) {
    return take_pong(std::move(unit), now);
  }
  queue_.put(std::move(unit.bytes), now);
  if (unit.ends_message) {
    count_message(now);
  }
}

void FaultStage::take_message(CutUnit unit, Instant now) {
  Fate fate{.bytes = std::move(unit.bytes), .due = now};
  for (ActiveFault& fault : faults_) {
    if (fault.form().moment == FaultMoment::message && !fate.lost &&
        fault.strikes(messages_ + 1, age(now))) {
      apply(fault, fate);
      fire(fault, now);
    }
  }
  if (fate.overtaken_by > 0) {
    waiting_.push_back({.left = fate.overtaken_by, .fate = std::move(fate)});
  } else {
    leave(fate);
    release_waiting(false);
  }
  count_message(now);
}

void FaultStage::apply(ActiveFault& fault, Fate& fate) {
  const FaultRule& rule = fault.rule();
  switch (rule.kind) {
    case FaultKind::delay:
      fate.due += fault.time();
      return;
    case FaultKind::drop:
      fate.lost = true;
      return;
    case FaultKind::duplicate:
      fate.copies += *rule.number;
      return;
    case FaultKind::reorder:
      fate.overtaken_by = *rule.number;
      return;
    case FaultKind::torn:
      fate.tearing = {.bytes = *rule.number, .gap = rule.gap};
      return;
    case FaultKind::truncate:
      fate.bytes.resize(fate.bytes.size() / 2);
      fate.ends_stream = true;
      return;
    default:
      // A frame cut in half has no shape any more.
      if (!fate.ends_stream) {
        reshape(fault, fate);
      }
  }
}

void FaultStage::reshape(ActiveFault& fault, Fate& fate) {
  const FaultRule& rule = fault.rule();
  PlainMessage message = unpack(fate.bytes);
  switch (rule.kind) {
    case FaultKind::corrupt:
      corrupt(message, *rule.number, fault.dice());
      fate.bytes = frames_.whole(message);
      return;
    case FaultKind::fragment:
      fate.bytes = frames_.fragments(message, *rule.number);
      return;
    case FaultKind::interleave:
      fate.bytes = frames_.interleaved(message);
      return;
    case FaultKind::mask:
      fate.bytes = frames_.wrongly_masked(message);
      return;
    case FaultKind::reserved_bit:
      fate.bytes = frames_.with_reserved_bit(message, *rule.number);
      return;
    case FaultKind::reserved_opcode:
      message.opcode = static_cast<wire::Opcode>(*rule.number);
      fate.bytes = frames_.whole(message);
      return;
    case FaultKind::bad_length:
      fate.bytes = frames_.with_bad_length(message, rule.word);
      return;
    case FaultKind::bad_utf8:
      fate.bytes = frames_.frame({.opcode = wire::Opcode::text}, kNotUtf8);
      return;
    default:
      return;
  }
}

void FaultStage::leave(const Fate& fate) {
  for (std::uint64_t copy = 0; !fate.lost && copy <= fate.copies; ++copy) {
    if (fate.tearing.bytes > 0) {
      queue_.put_torn(fate.bytes, fate.tearing, fate.due);
    } else {
      queue_.put(fate.bytes, fate.due);
    }
  }
  if (fate.ends_stream) {
    queue_.put(PacedQueue::Action::finish, fate.due);
    muted_ = true;
  }
}

/// A message has passed those that wait, or no further one comes.
void FaultStage::release_waiting(bool all) {
  for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
    if (all || --waiting->left == 0) {
      leave(waiting->fate);
      waiting = waiting_.erase(waiting);
    } else {
      ++waiting;
    }
  }
}

void FaultStage::take_pong(CutUnit unit, Instant now) {
  ++pongs_;
  Instant due = now;
  for (ActiveFault& fault : faults_) {
    if (fault.form().moment != FaultMoment::pong || !fault.strikes(pongs_, age(now))) {
      continue;
    }
    fire(fault, now);
    if (fault.rule().kind == FaultKind::no_pong) {
      return;
    }
    if (fault.rule().kind == FaultKind::wrong_pong) {
      unit.bytes = frames_.frame({.opcode = wire::Opcode::pong}, kWrongPong);
    }
    due += fault.time();
  }
  if (due > now) {
    queue_.put_aside(std::move(unit.bytes), due);
  } else {
    queue_.put(std::move(unit.bytes), now);
  }
}

void FaultStage::count_message(Instant now) {
  ++messages_;
  fire_due(now);
}

bool FaultStage::is_waiting(const ActiveFault& fault) const {
  const FaultRule& rule = fault.rule();
  // Frames are not put within others.
  const bool has_room = !puts_frames(rule.kind) || !cutter_.is_within_part();
  return opened_ && fault.form().moment == FaultMoment::once && !muted_ && !fault.is_spent() &&
         messages_ >= rule.after && has_room && (rule.kind != FaultKind::bomb || compression_);
}

void FaultStage::fire_due(Instant now) {
  for (ActiveFault& fault : faults_) {
    if (is_waiting(fault) && age(now) >= fault.rule().at) {
      strike(fault, now);
      fire(fault, now);
    }
  }
}

void FaultStage::strike(ActiveFault& fault, Instant now) {
  const FaultRule& rule = fault.rule();
  switch (rule.kind) {
    case FaultKind::close:
      queue_.put(frames_.close(rule.number, rule.reason), now);
      muted_ = true;
      return;
    case FaultKind::data_after_close:
      queue_.put(frames_.close(rule.number, rule.reason) + frames_.frame({}, kBehindClose), now);
      return;
    case FaultKind::fin:
    case FaultKind::rst:
    case FaultKind::half_open:
      muted_ = true;
      queue_.put(rule.kind == FaultKind::fin   ? PacedQueue::Action::finish
                 : rule.kind == FaultKind::rst ? PacedQueue::Action::reset
                                               : PacedQueue::Action::freeze,
                 now);
      return;
    case FaultKind::stall:
      return stall(fault, now);
    case FaultKind::oversize:
      return queue_.put(frames_.zeros(*rule.number), now);
    case FaultKind::bomb:
      return queue_.put(frames_.bomb(*rule.number), now);
    case FaultKind::ping_flood:
      return queue_.put(frames_.pings(*rule.number), now);
    default:
      return;
  }
}

/// What was read already stays, too.
void FaultStage::stall(const ActiveFault& fault, Instant now) {
  stalled_until_ = now + std::min(fault.rule().time.value_or(kForEver), kForEver);
  staller_ = fault.fault();
  looked_at_ = now;
  queue_.hold_until(*stalled_until_);
}

void FaultStage::forget_withdrawn(Instant now) {
  looked_at_ = now;
  queue_.set_rate(slowest_of(faults_));
  if (stalled_until_ && is_withdrawn(staller_)) {
    stalled_until_.reset();
    queue_.end_hold();
  }
}

void FaultStage::tick(Instant now) {
  forget_withdrawn(now);
  if (stalled_until_ && *stalled_until_ <= now) {
    stalled_until_.reset();
  }
  fire_due(now);
}

std::optional<Instant> FaultStage::next() const {
  std::optional<Instant> next = stalled_until_;
  if (next) {
    next = std::min(*next, looked_at_ + kSecondLook);
  }
  for (const ActiveFault& fault : faults_) {
    // One that waits for messages, or for the end of one, is looked at with each of them.
    if (is_waiting(fault)) {
      next = std::min(next.value_or(Instant::max()), *opened_ + fault.rule().at);
    }
  }
  return next;
}

}  // namespace wskit::relay
