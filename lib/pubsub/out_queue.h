// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "pubsub/piece.h"

namespace wskit::pubsub {

/// What happens to a receiver that reads more slowly than messages come.
enum class SlowPolicy : std::uint8_t {
  close,     // it is disconnected, and may resume
  drop_new,  // what no longer fits is dropped
  drop_old,  // what has waited longest is dropped
  latest,  // of each topic only the last message is kept; if that frees less than a quarter of the
           // limit, the oldest ones are dropped until it is free
};

/// "close", "drop-new", "drop-old" or "latest"; fails with ErrorCode::usage and these names.
[[nodiscard]] Expected<SlowPolicy> parse_slow_policy(std::string_view text);
[[nodiscard]] std::string_view name(SlowPolicy policy);

struct QueueLimits {
  /// Of the piece that is pushed, which keeps it while it waits: what makes room for others is
  /// dropped only where its own policy is drop_old or latest.
  SlowPolicy policy = SlowPolicy::close;
  /// Each piece counts as its bytes and OutQueue::kEntryBytes. A single piece always fits, beside
  /// notices too.
  std::size_t max_bytes = std::size_t{1} << 20;
  /// Not 0: the piece is of a share of the queue that is limited by itself too, to so many bytes.
  /// What does not fit into the share is for its policy, and makes room within the share only.
  std::uint8_t share = 0;
  std::size_t max_share_bytes = 0;
};

/// What waits to be written to one receiver: pieces that it shares with the queues of others.
/// Empty, it owns at most kSpareEntries * kEntryBytes.
class OutQueue {
 public:
  /// A piece, and how many messages were dropped between the one before and it.
  struct Entry {
    Piece piece;
    std::uint32_t dropped = 0;
    SlowPolicy policy = SlowPolicy::close;
    std::uint8_t share = 0;
  };
  static constexpr std::size_t kEntryBytes = sizeof(Entry);
  static constexpr std::size_t kSpareEntries = 4;

  enum class Pushed : std::uint8_t {
    queued,
    dropped,   // this piece or others, as the policy says
    overflow,  // nothing was queued: close the receiver
  };

  /// Notices are never dropped: unless the policy is to close they may exceed the limit once more,
  /// and then the queue overflows.
  Pushed push(const Piece& piece, const QueueLimits& limits);

  /// Takes from the front what is at most `max_bytes` long, but one entry in any case: for each,
  /// on_dropped(count) if messages were dropped before it, then on_piece(piece).
  template <class OnPiece, class OnDropped>
  void take(std::size_t max_bytes, OnPiece&& on_piece, OnDropped&& on_dropped) {
    std::size_t taken = 0;
    while (head_ < entries_.size()) {
      const Entry& entry = entries_[head_];
      taken += entry.piece.bytes().size();
      if (taken > max_bytes && taken > entry.piece.bytes().size()) {
        break;
      }
      if (entry.dropped > 0) {
        on_dropped(entry.dropped);
      }
      on_piece(entry.piece);
      pop();
    }
    if (empty()) {
      release();
      if (dropped_last_ > 0) {
        on_dropped(dropped_last_);
        dropped_last_ = 0;
      }
    }
  }

  /// Forgets what waits.
  void clear();

  [[nodiscard]] bool empty() const { return head_ == entries_.size(); }
  [[nodiscard]] std::size_t pieces() const { return entries_.size() - head_; }
  /// As QueueLimits counts them.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// A share is more than half full.
  [[nodiscard]] bool has_crowded_share() const;
  /// Messages dropped since the beginning.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  [[nodiscard]] static std::size_t cost(const Piece& piece) {
    return piece.bytes().size() + kEntryBytes;
  }
  [[nodiscard]] bool fits(std::size_t more, const QueueLimits& limits) const {
    return empty() || bytes_ + more <= limits.max_bytes;
  }
  /// What waits of one share.
  struct Share {
    std::size_t bytes = 0;
    std::size_t max_bytes = 0;
  };

  void append(const Piece& piece, const QueueLimits& limits);
  [[nodiscard]] Pushed drop_coming();
  [[nodiscard]] bool fits_share(std::size_t more, const QueueLimits& limits) const;
  [[nodiscard]] bool make_room(const Piece& coming, const QueueLimits& limits);
  void make_room_in_share(const Piece& coming, const QueueLimits& limits);
  void forget(const Entry& entry);
  void pop();
  void release();
  void drop_oldest_above(std::size_t max_bytes);
  void keep_latest(std::string_view coming, std::uint8_t share);
  template <class Drop>
  void drop_if(Drop&& drop);

  std::vector<Entry> entries_;  // those before head_ are taken
  std::vector<Share> shares_;   // by their numbers from 1; no more than were used
  std::size_t head_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint32_t dropped_last_ = 0;  // after the last entry
};

}  // namespace wskit::pubsub
