// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "net/dialer.h"
#include "net/socket_address.h"

namespace wskit::net {

/// Where a connection goes once the user's overrides are applied.
struct DialRoute {
  std::string host;
  std::uint16_t port = 0;
  /// What --resolve says instead of the resolver; with `port`.
  std::optional<std::vector<SocketAddress>> addresses;
};

/// --connect-to and then --resolve, as curl applies them: the first --connect-to that matches, and
/// of --resolve the last one that names the host before the last one for any host.
class DialOverrides {
 public:
  /// Fails with ErrorCode::usage when an address of --resolve is not a numeric one.
  [[nodiscard]] static Expected<DialOverrides> create(const DialOptions& options);

  [[nodiscard]] DialRoute route(const Endpoint& endpoint) const;

 private:
  struct Fixed {
    std::string host;
    std::uint16_t port = 0;
    std::vector<SocketAddress> addresses;
  };
  [[nodiscard]] const Fixed* fixed(std::string_view host, std::uint16_t port) const;

  std::vector<ConnectTo> connect_to_;
  std::vector<Fixed> fixed_;
};

/// Source addresses in turn, each family by itself, so that each serves as many connections.
class SourceRotation {
 public:
  explicit SourceRotation(const std::vector<SocketAddress>& sources);

  /// The next one that can reach `family`; AF_UNSPEC where the kernel is to choose, none where
  /// sources were given and none of them fits. A unix socket has no source.
  [[nodiscard]] std::optional<SocketAddress> next(int family);

 private:
  struct Turn {
    std::vector<SocketAddress> sources;
    std::size_t next = 0;
  };
  Turn v4_;
  Turn v6_;
};

/// Orders addresses so that families alternate, beginning with that of the first (RFC 8305
/// section 4); within a family the order stays.
void interleave_families(std::vector<SocketAddress>& addresses);

/// "ws.example:80", "[::1]:80".
[[nodiscard]] std::string host_and_port(std::string_view host, std::uint16_t port);

}  // namespace wskit::net
