// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "pubsub/out_queue.h"
#include "pubsub/piece.h"
#include "serve/outlet.h"
#include "serve/pubsub_counts.h"

namespace wskit::serve {

/// Whoever speaks a protocol over a feed.
class FeedOwner {
 public:
  virtual ~FeedOwner() = default;

  /// `messages` were dropped between what is before the end of `out` and what comes next: appends
  /// what tells the peer, in the form of its pieces.
  virtual void append_dropped(std::string& out, std::uint64_t messages) = 0;
  /// More waits than may, and the policy is to close: nothing is queued any more. To end the
  /// connection; within this call the feed may be destroyed.
  virtual void on_overflow() = 0;
  /// The feed was backlogged() and no longer is. Called while the outlet is written, not from
  /// within the hub.
  virtual void on_room() = 0;
};

/// The seam between a protocol over the hub and its connection, a Session or an HttpExchange:
/// pieces of messages, ready for the wire and shared with other feeds, wait here until the
/// connection takes them, and are dropped by the policy when it is too slow. All that was pushed in
/// a turn leaves in one write at its end. A protocol pushes its own answers (Piece without a topic)
/// too, so that they keep their order among the messages.
class Feed final : public OutletSource {
 public:
  struct Parts {
    Outlet& outlet;
    FeedOwner& owner;
    const pubsub::QueueLimits& limits;
    PubSubCounts& counts;
  };

  /// The parts outlive it.
  explicit Feed(const Parts& parts);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed() override;

  void push(const pubsub::Piece& piece) { push(piece, parts_.limits); }
  /// Of a topic that has a policy, or a share, of its own.
  void push(const pubsub::Piece& piece, const pubsub::QueueLimits& limits);
  /// Forgets what waits, and all that is pushed later.
  void close();
  /// Appends all that waits, for an orderly end of the connection.
  void take_all(std::string& out) { take(out, SIZE_MAX); }
  /// More than half of what may wait does, or of what may of a share: what can be asked for later
  /// should be.
  [[nodiscard]] bool backlogged() const {
    return queue_.bytes() > parts_.limits.max_bytes / 2 || queue_.has_crowded_share();
  }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] std::size_t queued_bytes() const { return queue_.bytes(); }
  /// Messages that the connection has taken so far.
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

  [[nodiscard]] bool empty() const override { return queue_.empty(); }
  void take(std::string& out, std::size_t max_bytes) override;

 private:
  void count_bytes(std::size_t before);

  Parts parts_;
  pubsub::OutQueue queue_;
  std::uint64_t messages_ = 0;
  bool closed_ = false;
};

}  // namespace wskit::serve
