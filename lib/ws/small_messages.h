// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "wire/frame_parser.h"
#include "ws/connection.h"
#include "ws/connection_watch.h"

namespace wskit::ws {

/// The small messages at the front of what a connection received: taken by its owner, one after the
/// other, within FrameHandler::on_small_messages(). In line, and without a call for each.
class SmallMessages {
 public:
  /// The next one, or none: there are no more, something else comes first, or the connection is
  /// paused, closed or destroyed. Its payload dies at the next call.
  [[nodiscard, gnu::always_inline]] wire::SmallMessage next() {
    return may_go_on() ? watch_.connection_->parser_.take_small(bytes_) : wire::SmallMessage{};
  }

 private:
  friend class Connection;
  SmallMessages(const Connection::Watch& watch, std::span<std::byte>& bytes)
      : watch_(watch), bytes_(bytes) {}

  /// Whether the connection still tells its owner what it receives.
  [[nodiscard]] bool may_go_on() const {
    return watch_.alive() && watch_.connection_->reads_frames() &&
           watch_.connection_->paused_ == nullptr;
  }

  const Connection::Watch& watch_;
  std::span<std::byte>& bytes_;
};

}  // namespace wskit::ws
