// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "core/check.h"
#include "core/clock.h"
#include "load/sequence_ranges.h"

namespace wskit::load {

/// The messages of one connection from the moment the engine takes them up until each is answered,
/// timed out, lost, dropped or found unsent. Pure; owns no memory before the first message.
///
/// A message goes waiting -> queued -> offered -> answered or expired. The three first steps
/// happen in order of sequence; answers may come in any order. Expired messages leave a tombstone,
/// so that a later answer is known to be late.
class Ledger {
 public:
  enum class State : std::uint8_t { unoffered, offered, done };

  struct Entry {
    /// S: when the message was due.
    Instant scheduled;
    /// Q: when the engine took it up; W once it was offered to the kernel.
    Instant mark;
    State state = State::unoffered;
    /// Belongs to the measure phase, not to the warm-up.
    bool measured = false;
  };

  enum class Verdict : std::uint8_t { answered, duplicate, late, unknown };
  struct Answer {
    Verdict verdict = Verdict::unknown;
    /// An answer to a later message came before this one.
    bool reordered = false;
    /// With Verdict::answered only; valid until the ledger is changed again.
    const Entry* entry = nullptr;
  };

  /// Takes a message up and returns its sequence number: 0, 1, 2, ...
  std::uint64_t add(Instant scheduled, Instant taken, bool measured) {
    if (next_ - head_ == capacity()) [[unlikely]] {
      grow();
    }
    at_mutable(next_) = {
        .scheduled = scheduled, .mark = taken, .state = State::unoffered, .measured = measured};
    ++unresolved_;
    return next_++;
  }

  /// Takes `count` messages up that go into the send queue at once, while none is waiting.
  void add_queued(Instant now, bool measured, std::size_t count) {
    check(first_waiting_ == next_, "no message is overtaken in the queue");
    while (next_ + count - head_ > capacity()) [[unlikely]] {
      grow();
    }
    const Entry entry{
        .scheduled = now, .mark = now, .state = State::unoffered, .measured = measured};
    const std::uint64_t end = next_ + count;
    for (std::uint64_t sequence = next_; sequence < end; ++sequence) {
      at_mutable(sequence) = entry;
    }
    unresolved_ += count;
    first_waiting_ = next_ = end;
  }

  /// The oldest message that is not yet in the connection's send queue.
  [[nodiscard]] std::optional<std::uint64_t> first_waiting() const {
    return first_waiting_ < next_ ? std::optional(first_waiting_) : std::nullopt;
  }
  [[nodiscard]] const Entry& entry(std::uint64_t sequence) const { return at(sequence); }
  /// The oldest waiting message went into the send queue.
  void queue_first_waiting() {
    check(first_waiting_ < next_, "a message to queue is waiting");
    ++first_waiting_;
  }
  /// The oldest waiting message will not be sent.
  Entry drop_first_waiting();

  /// Everything queued is offered to the kernel at `now`; calls `each(const Entry&, sequence)` with
  /// `mark` still the instant of taking up.
  template <class Each>
  void offer(Instant now, Each each) {
    Entry* const ring = ring_.get();
    const std::size_t mask = mask_;
    const std::uint64_t end = first_waiting_;
    std::size_t offered = 0;
    for (std::uint64_t sequence = first_unoffered_; sequence < end; ++sequence) {
      Entry& entry = ring[static_cast<std::size_t>(sequence) & mask];
      if (entry.state == State::done) [[unlikely]] {
        continue;
      }
      each(std::as_const(entry), sequence);
      entry.mark = now;
      entry.state = State::offered;
      ++offered;
    }
    first_unoffered_ = end;
    in_flight_ += offered;
    pop_done();
  }

  /// An answer that names its message.
  Answer answer(std::uint64_t sequence) {
    if (sequence - head_ >= first_unoffered_ - head_ || at(sequence).state != State::offered)
        [[unlikely]] {
      return {.verdict = answer_again(sequence)};
    }
    Entry& entry = at_mutable(sequence);
    const bool reordered = sequence < highest_answered_;
    if (!reordered) [[likely]] {
      highest_answered_ = sequence + 1;
    }
    entry.state = State::done;
    --unresolved_;
    --in_flight_;
    if (sequence == head_) [[likely]] {
      ++head_;
      pop_done();
    }
    return {.verdict = Verdict::answered, .reordered = reordered, .entry = &entry};
  }
  /// The sequence that an answer in order belongs to: the oldest expired one without an answer,
  /// else the oldest offered.
  [[nodiscard]] std::optional<std::uint64_t> oldest_unanswered() const;

  /// Sent, perhaps expired, and not answered: an answer to it is expected or would be late.
  [[nodiscard]] bool is_unanswered(std::uint64_t sequence) const;
  /// One past the last message that was offered.
  [[nodiscard]] std::uint64_t next_unoffered() const { return first_unoffered_; }

  /// When the oldest offered message is `timeout` old; nothing if none is out.
  [[nodiscard]] std::optional<Instant> next_deadline(Nanoseconds timeout) const;
  /// Calls `each(const Entry&, sequence)` for every offered message that is `timeout` old at `now`.
  template <class Each>
  void expire(Instant now, Nanoseconds timeout, Each each) {
    std::uint64_t sequence = head_;
    for (; sequence < first_unoffered_; ++sequence) {
      Entry& entry = at_mutable(sequence);
      if (entry.state == State::done) {
        continue;
      }
      if (entry.mark + timeout > now) {
        break;
      }
      each(std::as_const(entry), sequence);
      entry.state = State::done;
      --unresolved_;
      --in_flight_;
      expired_.add(sequence);
    }
    pop_done();
  }

  /// The connection is gone: calls `lost(const Entry&, sequence)` for what was offered and
  /// `unsent(const Entry&)` for what was not, and forgets everything but the sequence numbers.
  template <class Lost, class Unsent>
  void close(Lost lost, Unsent unsent) {
    for (std::uint64_t sequence = head_; sequence < next_; ++sequence) {
      const Entry& entry = at(sequence);
      if (entry.state == State::offered) {
        lost(entry, sequence);
      } else if (entry.state != State::done) {
        unsent(entry);
      }
    }
    forget();
  }

  /// Messages that are not yet answered or given up, in any state.
  [[nodiscard]] std::size_t unresolved() const { return unresolved_; }
  /// Offered and not yet answered.
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  [[nodiscard]] std::uint64_t next_sequence() const { return next_; }

 private:
  [[nodiscard]] const Entry& at(std::uint64_t sequence) const {
    return ring_[static_cast<std::size_t>(sequence) & mask_];
  }
  [[nodiscard]] Entry& at_mutable(std::uint64_t sequence) {
    return ring_[static_cast<std::size_t>(sequence) & mask_];
  }
  [[nodiscard]] std::size_t capacity() const { return ring_ == nullptr ? 0 : mask_ + 1; }
  void grow();
  void pop_done() {
    while (head_ < first_unoffered_ && at(head_).state == State::done) {
      ++head_;
    }
  }
  /// An answer to no message that is out: late, twice, or to nothing.
  Verdict answer_again(std::uint64_t sequence);
  void forget();

  /// A ring whose size is a power of two; [head_, next_) are in it.
  std::unique_ptr<Entry[]> ring_;
  std::size_t mask_ = 0;
  std::uint64_t head_ = 0;
  std::uint64_t first_unoffered_ = 0;
  std::uint64_t first_waiting_ = 0;
  std::uint64_t next_ = 0;
  /// One past the highest sequence that was answered.
  std::uint64_t highest_answered_ = 0;
  std::size_t unresolved_ = 0;
  std::size_t in_flight_ = 0;
  /// Expired and not answered since.
  SequenceRanges expired_;
};

}  // namespace wskit::load
