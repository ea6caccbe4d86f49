// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "wire/close_code.h"

namespace wskit::session {

/// How long a server may take to answer our Close frame once a result is known.
inline constexpr Nanoseconds kClosePatience = std::chrono::seconds(1);

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

/// "1011 (internal error): REASON", with everything foreign escaped; only with a close code.
[[nodiscard]] std::string describe_close(const ConnectionEnd& end);

/// Its error's text, or how the server closed.
[[nodiscard]] std::string describe(const ConnectionEnd& end);

/// The failure that this end is by itself: a lost connection, or a peer that closed with another
/// code than 1000, 1001 or none (RFC 6455 7.4.1), ErrorCode::closed_remote.
[[nodiscard]] std::optional<Error> failure_of(const ConnectionEnd& end);

}  // namespace wskit::session
