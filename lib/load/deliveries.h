// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "load/sequence_ranges.h"

namespace wskit::load {

/// Which subscribers are connected: bit s mod 64 of word s / 64.
using SubscriberBits = std::vector<std::uint64_t>;

/// The messages of one publisher on their way to the subscribers of its topic: who has had which of
/// them, from sending until each has come everywhere or is given up. Pure.
class Deliveries {
 public:
  explicit Deliveries(std::uint32_t subscribers);

  /// What became of a message, one of these for each subscriber.
  struct Message {
    std::uint32_t delivered = 0;
    std::uint32_t damaged = 0;
    std::uint32_t undelivered = 0;
    std::uint32_t cut = 0;
    std::uint32_t absent = 0;
    /// Of what was delivered; with none they mean nothing.
    Instant first{};
    Instant last{};

    [[nodiscard]] bool came_everywhere() const { return damaged + undelivered + cut + absent == 0; }
  };

  enum class Verdict : std::uint8_t { delivered, damaged, duplicate, late, unknown };
  struct Arrival {
    Verdict verdict = Verdict::unknown;
    /// A later message had come to this subscriber before.
    bool reordered = false;
    /// It proves a gap before it: earlier ones were given up and this one came.
    bool gap = false;
    /// Nobody is waited for any more: close() the message.
    bool resolved = false;
  };

  /// Message `sequence`, higher than all before, is sent to those of `open`. How many are waited
  /// for; the others are absent. With none it is to be closed at once.
  std::uint32_t send(std::uint64_t sequence, const SubscriberBits& open);

  struct Arrived {
    std::uint64_t sequence = 0;
    std::uint32_t subscriber = 0;
    bool intact = true;
    Instant at{};
  };
  Arrival arrive(const Arrived& arrived);

  /// Those who have not had message `sequence` are waited for no longer, because the time is over;
  /// calls `gap(subscriber)` for each whose gap that proves. How many they were.
  template <class Gap>
  std::uint32_t expire(std::uint64_t sequence, Gap gap) {
    return give_up(sequence, &Message::undelivered, [&](std::uint32_t subscriber) {
      if (streams_[subscriber].miss(sequence)) {
        gap(subscriber);
      }
    });
  }
  /// The same because the publisher's connection ended.
  std::uint32_t cut_off(std::uint64_t sequence) {
    return give_up(sequence, &Message::cut, [](std::uint32_t) {});
  }
  /// A subscriber's connection ended: calls `each(sequence, resolved)` for what it had not had.
  template <class Each>
  void leave(std::uint32_t subscriber, Each each);

  /// Forgets a message that nobody is waited for any more.
  Message close(std::uint64_t sequence);
  /// Sent and not closed.
  [[nodiscard]] bool is_out(std::uint64_t sequence) const;
  /// The lowest message that is out and waits for nobody.
  [[nodiscard]] std::optional<std::uint64_t> first_unawaited() const;

 private:
  struct Entry {
    Message message;
    SubscriberBits awaited;
    std::uint32_t left = 0;
    bool out = false;
  };
  /// What one subscriber has had of this publisher.
  struct Stream {
    /// One past the highest that came.
    std::uint64_t next = 0;
    /// One past the latest that was missed (none yet: the highest number), and whether the gap that
    /// it ends is counted.
    std::uint64_t missed_end = std::numeric_limits<std::uint64_t>::max();
    bool counted = true;
    /// Given up and not come since, for whatever reason.
    SequenceRanges missing;

    /// Says whether that proves a gap.
    bool miss(std::uint64_t sequence);
    bool come(std::uint64_t sequence);
  };

  static constexpr std::uint32_t kBits = 64;
  [[nodiscard]] static std::uint64_t bit(std::uint32_t subscriber) {
    return std::uint64_t{1} << subscriber % kBits;
  }
  [[nodiscard]] Entry& at(std::uint64_t sequence) {
    return entries_[static_cast<std::size_t>(sequence - head_)];
  }
  void miss_absent(std::uint64_t sequence, const SubscriberBits& open);
  [[nodiscard]] Verdict again(std::uint64_t sequence, std::uint32_t subscriber);
  template <class Each>
  std::uint32_t give_up(std::uint64_t sequence, std::uint32_t Message::* cause, Each each);
  template <class Each>
  static void for_each_bit(const SubscriberBits& bits, Each each);

  std::vector<Stream> streams_;
  /// From `head_` on; what was never sent is not out.
  std::deque<Entry> entries_;
  std::uint64_t head_ = 0;
  /// Bits of closed messages, to be used again.
  std::vector<SubscriberBits> spare_;
};

template <class Each>
void Deliveries::for_each_bit(const SubscriberBits& bits, Each each) {
  for (std::size_t word = 0; word < bits.size(); ++word) {
    for (std::uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) {
      each(static_cast<std::uint32_t>(word * kBits) +
           static_cast<std::uint32_t>(__builtin_ctzll(rest)));
    }
  }
}

template <class Each>
std::uint32_t Deliveries::give_up(std::uint64_t sequence, std::uint32_t Message::* cause,
                                  Each each) {
  Entry& entry = at(sequence);
  for_each_bit(entry.awaited, [&](std::uint32_t subscriber) {
    streams_[subscriber].missing.add(sequence);
    each(subscriber);
  });
  entry.message.*cause += entry.left;
  return std::exchange(entry.left, 0);
}

template <class Each>
void Deliveries::leave(std::uint32_t subscriber, Each each) {
  for (std::uint64_t sequence = head_; sequence < head_ + entries_.size(); ++sequence) {
    Entry& entry = at(sequence);
    if (!entry.out || (entry.awaited[subscriber / kBits] & bit(subscriber)) == 0) {
      continue;
    }
    entry.awaited[subscriber / kBits] &= ~bit(subscriber);
    streams_[subscriber].missing.add(sequence);
    ++entry.message.cut;
    --entry.left;
    each(sequence, entry.left == 0);
  }
}

}  // namespace wskit::load
