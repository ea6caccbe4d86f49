// SPDX-License-Identifier: MIT
#include "load/ledger.h"

#include <algorithm>

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
  return take_expired(sequence) ? Verdict::late : Verdict::duplicate;
}

std::optional<std::uint64_t> Ledger::oldest_unanswered() const {
  if (!expired_.empty()) {
    return expired_.front().first;
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

void Ledger::remember_expired(std::uint64_t sequence) {
  if (!expired_.empty() && expired_.back().last + 1 == sequence) {
    expired_.back().last = sequence;
    return;
  }
  expired_.push_back({.first = sequence, .last = sequence});
}

std::size_t Ledger::find_expired(std::uint64_t sequence) const {
  const auto after =
      std::upper_bound(expired_.begin(), expired_.end(), sequence,
                       [](std::uint64_t value, const Range& range) { return value < range.first; });
  if (after == expired_.begin() || sequence > (after - 1)->last) {
    return expired_.size();
  }
  return static_cast<std::size_t>(after - 1 - expired_.begin());
}

bool Ledger::is_unanswered(std::uint64_t sequence) const {
  if (sequence >= head_ && sequence < first_unoffered_ && at(sequence).state == State::offered) {
    return true;
  }
  return find_expired(sequence) != expired_.size();
}

bool Ledger::take_expired(std::uint64_t sequence) {
  const std::size_t index = find_expired(sequence);
  if (index == expired_.size()) {
    return false;
  }
  const auto range = expired_.begin() + static_cast<std::ptrdiff_t>(index);
  const Range rest{.first = sequence + 1, .last = range->last};
  if (sequence > range->first) {
    range->last = sequence - 1;
    if (rest.first <= rest.last) {
      expired_.insert(range + 1, rest);
    }
  } else if (rest.first <= rest.last) {
    *range = rest;
  } else {
    expired_.erase(range);
  }
  return true;
}

}  // namespace wskit::load
