// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/clock.h"
#include "script/message.h"

namespace wskit::session {

/// When a lost connection is made again: after first_delay, twice as long after each attempt that
/// failed, up to max_delay, each time shortened at random by up to a half, and not earlier than a
/// server's Retry-After (RFC 9110 10.2.3) says.
struct ReconnectPolicy {
  static constexpr std::uint32_t kUnlimited = std::numeric_limits<std::uint32_t>::max();
  /// In a row; 0 for never.
  std::uint32_t attempts = 0;
  Nanoseconds first_delay = std::chrono::milliseconds(500);
  Nanoseconds max_delay = std::chrono::seconds(30);
};

struct SessionOptions {
  ReconnectPolicy reconnect;
  /// Sent first on each connection.
  std::vector<script::Message> init;
  /// From one Ping to the next; 0 for none. A peer from which nothing at all has come for
  /// ping_timeout after one is dead: ErrorCode::ping_timeout.
  Nanoseconds ping_interval{0};
  Nanoseconds ping_timeout = std::chrono::seconds(10);
  /// A text message to be sent again and again; interval 0 for none.
  std::string heartbeat;
  Nanoseconds heartbeat_interval{0};
};

}  // namespace wskit::session
