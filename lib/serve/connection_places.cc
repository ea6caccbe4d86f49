// SPDX-License-Identifier: MIT
#include "serve/connection_places.h"

namespace wskit::serve {

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

}  // namespace wskit::serve
