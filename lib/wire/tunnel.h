// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "wire/authority.h"

namespace wskit::wire {

/// A failure of the proxy's, or of what it was asked.
[[nodiscard]] std::unexpected<Error> proxy_refused(std::string message);

/// Where a proxy is to connect to: a name, which the proxy then resolves, or a numeric address
/// without brackets.
struct TunnelTarget {
  std::string host;
  std::uint16_t port = 0;
};

/// A SOCKS5 server takes a user name of 1 to 255 bytes, and a password as long (RFC 1929).
inline constexpr std::size_t kMaxSocksCredential = 255;

/// The client's half of asking a proxy for a tunnel: what to send, and what the answers mean. Knows
/// neither socket nor time. Errors have ErrorCode::proxy, and leave it to the caller to name the
/// proxy; user name and password are in none of them.
class Tunnel {
 public:
  virtual ~Tunnel() = default;

  /// To be sent first.
  [[nodiscard]] virtual std::string greeting() const = 0;
  /// Takes what came from the proxy, in pieces of any size, and returns what is to be sent next.
  /// Fails when the proxy refuses, does not speak the protocol, or says more than it was asked:
  /// behind the tunnel the client speaks first. Not to be fed again after a failure.
  [[nodiscard]] virtual Expected<std::string> feed(std::string_view bytes) = 0;
  /// The tunnel stands: what is sent from now on goes to the target.
  [[nodiscard]] virtual bool complete() const = 0;
};

/// A CONNECT request (RFC 9110 9.3.6) with Basic authentication, if credentials are given.
[[nodiscard]] std::unique_ptr<Tunnel> http_tunnel(TunnelTarget target,
                                                  std::optional<Credentials> credentials);

/// SOCKS version 5 (RFC 1928), with a user name and a password (RFC 1929) if they are given.
[[nodiscard]] std::unique_ptr<Tunnel> socks5_tunnel(TunnelTarget target,
                                                    std::optional<Credentials> credentials);

}  // namespace wskit::wire
