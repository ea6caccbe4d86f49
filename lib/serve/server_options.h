// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "relay/fault_place.h"
#include "serve/certificate.h"
#include "serve/client_authorities.h"
#include "serve/fault_setup.h"
#include "serve/listen_address.h"
#include "serve/stall.h"
#include "wire/close_code.h"

namespace wskit::serve {

/// What every server has, whatever it serves; a default-made one listens on a free loopback port.
struct ServerOptions {
  ListenAddress listen;
  /// With one the server speaks TLS, 1.2 at least.
  std::optional<Certificate> certificate;
  /// With them, and TLS, clients are asked for a certificate of theirs. One that is not good ends
  /// the handshake; having none does not.
  std::optional<ClientAuthorities> client_authorities;
  /// Each serves its share of the connections, dealt out in turn.
  unsigned threads = 1;
  /// Bytes of a message, inflated; a longer one is refused with 1009.
  std::size_t max_message = std::size_t{16} * 1024 * 1024;
  /// By how much a message above 1 MiB may be longer than it came, compressed; one that inflates to
  /// more is refused with 1009. 0: no such limit. Deflate reaches 1,032 with nothing but zeros.
  std::uint32_t max_inflate_ratio = 0;
  /// Established connections, all threads together; further upgrades get 503. 0: no limit but the
  /// open files.
  std::size_t max_connections = 0;
  /// Likewise, of one address (of one /64 with IPv6); further ones get 429. 0: no such limit.
  std::size_t max_connections_per_address = 0;
  /// Bytes of a request's lines; libwebsockets cuts a connection that sends more.
  std::size_t max_header = std::size_t{16} * 1024;
  /// From the accepted socket to the end of the upgrade; whole seconds, rounded up. As long again
  /// for a request's body.
  Nanoseconds handshake_timeout = std::chrono::seconds(10);
  /// A connection without traffic for this long gets a ping; 0: never.
  Nanoseconds ping_interval = std::chrono::seconds(30);
  /// Without anything from the peer for this long after a ping, the connection is dropped.
  Nanoseconds ping_timeout = std::chrono::seconds(10);
  /// How long a close handshake that we began may take.
  Nanoseconds close_timeout = std::chrono::seconds(2);
  /// From drain() until what is still open is cut.
  Nanoseconds drain_time = std::chrono::seconds(5);
  /// What a drain closes WebSocket connections with, and whether it does so at once or one after
  /// the other, so that their clients do not all come back to another node in the same moment.
  wire::CloseCode drain_code = wire::CloseCode::going_away;
  bool drain_spread = false;
  /// Origins that may connect beside the server's own, exactly as browsers send them; "*": all.
  std::vector<std::string> allowed_origins;
  /// The subprotocols to agree to; empty: the first that a client offers.
  std::vector<std::string> subprotocols;
  /// Agree to permessage-deflate.
  bool compress = true;
  /// All threads stand still together, counted from listening.
  std::optional<StallOptions> stall;
  /// Tell the log of each connection and request, not only of trouble.
  bool log_events = false;
  /// What is to go wrong on connections.
  FaultSetup faults;
};

/// What libwebsockets can be told.
inline constexpr std::size_t kMinHeader = 1024;
inline constexpr std::size_t kMaxHeader = std::size_t{60} * 1024;
/// A message is in memory as a whole, six times as long in an envelope if it has to be escaped.
inline constexpr std::size_t kMaxMessage = std::size_t{512} * 1024 * 1024;
/// Of a ping interval and its time-out: what is shorter would be work without a pause.
inline constexpr Nanoseconds kMinPingTime = std::chrono::milliseconds(10);

/// What is possible there.
[[nodiscard]] relay::FaultPlace fault_place(const ServerOptions& options);

/// Fails with ErrorCode::usage when options contradict each other or are out of range.
[[nodiscard]] Expected<void> check_options(const ServerOptions& options);

}  // namespace wskit::serve
