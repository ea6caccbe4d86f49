// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "script/message.h"
#include "wire/close_code.h"

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

/// How a connection ended, or why there was none.
struct ConnectionEnd {
  /// Set when both Close frames were exchanged; no_status for an empty one.
  std::optional<wire::CloseCode> close_code;
  std::string close_reason;
  /// The peer closed first.
  bool by_peer = false;
  /// Set otherwise.
  std::optional<Error> error;
  /// Of the answer that refused the upgrade; else 0.
  int http_status = 0;
  std::optional<Nanoseconds> retry_after;
  /// Bytes of frames that never left.
  std::size_t unsent = 0;
};

}  // namespace wskit::session
