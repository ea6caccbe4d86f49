// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include <sys/socket.h>

#include "relay/joined_client.h"
#include "serve/service.h"

struct lws;

namespace wskit::serve {

/// Where a connection comes from.
class PeerAddress {
 public:
  /// Nobody knows.
  PeerAddress() = default;
  PeerAddress(const sockaddr& address, socklen_t size);
  [[nodiscard]] static PeerAddress of_socket(int socket);

  /// "127.0.0.1:5000", "[::1]:5000", "unix"; "" when nobody knows.
  [[nodiscard]] std::string text() const;
  /// What ConnectionPlaces count by: the IPv4 address, the first 64 bits of the IPv6 address, which
  /// one host has for itself, or "" for a unix socket.
  [[nodiscard]] std::string network() const;

 private:
  sockaddr_storage address_{};
};

/// Who is at the other end of a thread's connections: whom their sockets and TLS name, or the relay
/// of the faults, where a connection came through that.
class Peers {
 public:
  /// `client` is null for a connection that came directly, which costs nothing.
  void add(const lws* connection, std::unique_ptr<relay::JoinedClient> client);
  void remove(const lws* connection);

  /// Null for a connection that came directly.
  [[nodiscard]] const relay::JoinedClient* joined(const lws* connection) const;
  [[nodiscard]] PeerAddress address_of(lws* connection) const;
  [[nodiscard]] Peer peer_of(lws* connection) const;
  /// A Close frame was made by a fault.
  [[nodiscard]] bool closed_by_fault(const lws* connection) const;

 private:
  std::unordered_map<const lws*, std::unique_ptr<const relay::JoinedClient>> joined_;
};

}  // namespace wskit::serve
