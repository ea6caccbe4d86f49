// SPDX-License-Identifier: MIT
#include "load/ledger.h"

namespace wskit::load {

Ledger::Entry Ledger::drop_first_waiting() {
  check(first_waiting_ < next_, "a message to drop is waiting");
  Entry& entry = at_mutable(first_waiting_++);
  const Entry dropped = entry;
  entry.state = State::done;
  --unresolved_;
  return dropped;
}

Ledger::Verdict Ledger::answer_again(std::uint64_t sequence) {
  if (sequence >= first_unoffered_) {
    return Verdict::unknown;
  }
  return expired_.take(sequence) ? Verdict::late : Verdict::duplicate;
}

std::optional<std::uint64_t> Ledger::oldest_unanswered() const {
  if (!expired_.empty()) {
    return expired_.front();
  }
  for (std::uint64_t sequence = head_; sequence < first_unoffered_; ++sequence) {
    if (at(sequence).state == State::offered) {
      return sequence;
    }
  }
  return std::nullopt;
}

std::optional<Instant> Ledger::next_deadline(Nanoseconds timeout) const {
  for (std::uint64_t sequence = head_; sequence < first_unoffered_; ++sequence) {
    if (at(sequence).state == State::offered) {
      return at(sequence).mark + timeout;
    }
  }
  return std::nullopt;
}

void Ledger::grow() {
  constexpr std::size_t kFirstSize = 2;
  const std::size_t size = ring_ == nullptr ? kFirstSize : 2 * capacity();
  auto bigger = std::make_unique<Entry[]>(size);
  for (std::uint64_t sequence = head_; sequence < next_; ++sequence) {
    bigger[static_cast<std::size_t>(sequence) & (size - 1)] = at(sequence);
  }
  ring_ = std::move(bigger);
  mask_ = size - 1;
}

void Ledger::forget() {
  head_ = first_unoffered_ = first_waiting_ = next_;
  unresolved_ = 0;
  in_flight_ = 0;
  ring_.reset();
  mask_ = 0;
}

bool Ledger::is_unanswered(std::uint64_t sequence) const {
  if (sequence >= head_ && sequence < first_unoffered_ && at(sequence).state == State::offered) {
    return true;
  }
  return expired_.contains(sequence);
}

}  // namespace wskit::load
