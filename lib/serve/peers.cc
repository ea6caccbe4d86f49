// SPDX-License-Identifier: MIT
#include "serve/peers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libwebsockets.h>
#include <netinet/in.h>

#include "serve/client_authorities.h"

namespace wskit::serve {
namespace {

constexpr std::size_t kNetworkBytes = 8;   // of an IPv6 address
constexpr std::size_t kMappedPrefix = 12;  // of an IPv4 address in an IPv6 one

// By the certificate that libwebsockets' TLS has verified.
Peer read_peer(lws* connection) {
  const SSL* const tls = lws_get_ssl(connection);
  const X509* const certificate = tls == nullptr ? nullptr : SSL_get0_peer_certificate(tls);
  // Where no authorities are set, clients are not asked, and what one might send is not verified.
  if (certificate == nullptr || SSL_get_verify_result(tls) != X509_V_OK) {
    return {};
  }
  return {.certificate_user = subject_of(certificate)};
}

}  // namespace

PeerAddress::PeerAddress(const sockaddr& address, socklen_t size) {
  std::memcpy(&address_, &address, std::min<std::size_t>(size, sizeof address_));
}

PeerAddress PeerAddress::of_socket(int socket) {
  PeerAddress peer;
  socklen_t size = sizeof peer.address_;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer.address_), &size) != 0) {
    return {};
  }
  return peer;
}

std::string PeerAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address_.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address_);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(v4.sin_port));
  }
  if (address_.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address_);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(v6.sin6_port));
  }
  return address_.ss_family == AF_UNIX ? "unix" : "";
}

std::string PeerAddress::network() const {
  if (address_.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address_);
    return {reinterpret_cast<const char*>(&v4.sin_addr), sizeof v4.sin_addr};
  }
  if (address_.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address_);
    const std::string bytes(reinterpret_cast<const char*>(&v6.sin6_addr), sizeof v6.sin6_addr);
    return IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) ? bytes.substr(kMappedPrefix)
                                               : bytes.substr(0, kNetworkBytes);
  }
  return {};
}

void Peers::add(const lws* connection, std::unique_ptr<relay::JoinedClient> client) {
  if (client != nullptr) {
    joined_.insert_or_assign(connection, std::move(client));
  } else {
    remove(connection);
  }
}

void Peers::remove(const lws* connection) {
  if (!joined_.empty()) {
    joined_.erase(connection);
  }
}

const relay::JoinedClient* Peers::joined(const lws* connection) const {
  const auto found = joined_.empty() ? joined_.end() : joined_.find(connection);
  return found == joined_.end() ? nullptr : found->second.get();
}

PeerAddress Peers::address_of(lws* connection) const {
  const relay::JoinedClient* const client = joined(connection);
  return client == nullptr ? PeerAddress::of_socket(lws_get_socket_fd(connection))
                           : PeerAddress(*client->address.data(), client->address.size());
}

Peer Peers::peer_of(lws* connection) const {
  const relay::JoinedClient* const client = joined(connection);
  return client == nullptr ? read_peer(connection)
                           : Peer{.certificate_user = client->certificate_user};
}

bool Peers::closed_by_fault(const lws* connection) const {
  const relay::JoinedClient* const client = joined(connection);
  return client != nullptr && client->closed_by_fault != nullptr && *client->closed_by_fault;
}

}  // namespace wskit::serve
