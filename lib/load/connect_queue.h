// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "core/clock.h"
#include "net/loop.h"
#include "net/member_timer.h"

namespace wskit::load {

class Participant;

struct ConnectQueueOptions {
  /// Connections a second; 0 for no limit.
  double rate = 0;
  /// Handshakes under way at one time, at least 1.
  std::size_t concurrency = 100;
};

/// Lets sessions connect in order, so many at a time and so many a second. A rate is kept on
/// average from the first connection on: what is late is made up for, never skipped.
class ConnectQueue {
 public:
  ConnectQueue(net::Loop& loop, const ConnectQueueOptions& options);

  void add(Participant& session);
  /// A session that was let go has opened or failed.
  void done();
  void clear() { waiting_.clear(); }

  [[nodiscard]] bool idle() const { return waiting_.empty() && under_way_ == 0; }

 private:
  void start(Instant now);
  [[nodiscard]] Instant next_start() const;

  net::Loop& loop_;
  ConnectQueueOptions options_;
  net::MemberTimer<ConnectQueue> timer_;
  std::deque<Participant*> waiting_;
  std::size_t under_way_ = 0;
  std::uint64_t started_ = 0;
  Instant first_{};
};

}  // namespace wskit::load
