// SPDX-License-Identifier: MIT
#include "load/ledger.h"

#include <algorithm>

#include "core/check.h"

namespace wskit::load {

std::uint64_t Ledger::add(Instant scheduled, Instant taken, bool measured) {
  if (next_ - head_ == ring_.size()) {
    grow();
  }
  at_mutable(next_) = {
      .scheduled = scheduled, .mark = taken, .state = State::waiting, .measured = measured};
  ++unresolved_;
  return next_++;
}

std::optional<std::uint64_t> Ledger::first_waiting() const {
  return first_waiting_ < next_ ? std::optional(first_waiting_) : std::nullopt;
}

void Ledger::queue_first_waiting() {
  check(first_waiting_ < next_, "a message to queue is waiting");
  at_mutable(first_waiting_++).state = State::queued;
}

Ledger::Entry Ledger::drop_first_waiting() {
  check(first_waiting_ < next_, "a message to drop is waiting");
  Entry& entry = at_mutable(first_waiting_++);
  const Entry dropped = entry;
  entry.state = State::done;
  --unresolved_;
  return dropped;
}

Ledger::Answer Ledger::answer(std::uint64_t sequence) {
  Answer answer{.verdict = Verdict::unknown, .sequence = sequence, .entry = {}};
  if (sequence >= first_unoffered_) {
    return answer;
  }
  if (sequence >= head_ && at(sequence).state == State::offered) {
    Entry& entry = at_mutable(sequence);
    answer.verdict = Verdict::answered;
    answer.entry = entry;
    answer.reordered = sequence < highest_answered_;
    highest_answered_ = std::max(highest_answered_, sequence + 1);
    entry.state = State::done;
    --unresolved_;
    --in_flight_;
    pop_done();
    return answer;
  }
  answer.verdict = take_expired(sequence) ? Verdict::late : Verdict::duplicate;
  return answer;
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
  std::vector<Entry> bigger(ring_.empty() ? kFirstSize : 2 * ring_.size());
  for (std::uint64_t sequence = head_; sequence < next_; ++sequence) {
    bigger[static_cast<std::size_t>(sequence) & (bigger.size() - 1)] = at(sequence);
  }
  ring_ = std::move(bigger);
}

void Ledger::pop_done() {
  while (head_ < first_unoffered_ && at(head_).state == State::done) {
    ++head_;
  }
}

void Ledger::forget() {
  head_ = first_unoffered_ = first_waiting_ = next_;
  unresolved_ = 0;
  in_flight_ = 0;
  ring_ = {};
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
