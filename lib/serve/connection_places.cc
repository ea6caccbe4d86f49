// SPDX-License-Identifier: MIT
#include "serve/connection_places.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace wskit::serve {
namespace {

constexpr std::size_t kNetworkBytes = 8;   // of an IPv6 address
constexpr std::size_t kMappedPrefix = 12;  // of an IPv4 address in an IPv6 one

}  // namespace

ConnectionPlaces::Place::~Place() {
  if (places_ != nullptr) {
    places_->leave(address_);
  }
}

std::expected<ConnectionPlaces::Place, Limit> ConnectionPlaces::take(const std::string& address) {
  const std::scoped_lock lock(mutex_);
  if (limits_.connections > 0 && taken_ >= limits_.connections) {
    return std::unexpected(Limit::connections);
  }
  Addresses::value_type* counted = nullptr;
  if (limits_.per_address > 0 && !address.empty()) {
    counted = &*addresses_.try_emplace(address, 0).first;
    if (counted->second >= limits_.per_address) {
      return std::unexpected(Limit::address_connections);
    }
    ++counted->second;
  }
  ++taken_;
  return Place(*this, counted);
}

void ConnectionPlaces::leave(Addresses::value_type* address) {
  const std::scoped_lock lock(mutex_);
  --taken_;
  if (address != nullptr && --address->second == 0) {
    addresses_.erase(addresses_.find(address->first));
  }
}

std::size_t ConnectionPlaces::addresses() const {
  const std::scoped_lock lock(mutex_);
  return addresses_.size();
}

std::string address_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return {};
  }
  if (storage.ss_family == AF_INET) {
    const auto& peer = reinterpret_cast<const sockaddr_in&>(storage);
    return {reinterpret_cast<const char*>(&peer.sin_addr), sizeof peer.sin_addr};
  }
  if (storage.ss_family == AF_INET6) {
    const auto& peer = reinterpret_cast<const sockaddr_in6&>(storage);
    const std::string bytes(reinterpret_cast<const char*>(&peer.sin6_addr), sizeof peer.sin6_addr);
    return IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr) ? bytes.substr(kMappedPrefix)
                                                 : bytes.substr(0, kNetworkBytes);
  }
  return {};
}

}  // namespace wskit::serve
