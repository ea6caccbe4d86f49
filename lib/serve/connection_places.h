// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <expected>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "serve/limit.h"

namespace wskit::serve {

/// How many connections a server may have, in all and from one address. For any thread.
class ConnectionPlaces {
  using Addresses = std::unordered_map<std::string, std::size_t>;

 public:
  /// 0: no limit.
  struct Limits {
    std::size_t connections = 0;
    std::size_t per_address = 0;
  };

  /// The place of one connection, until it goes; a default one is none. The places outlive it.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : places_(std::exchange(other.places_, nullptr)), address_(other.address_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(places_, other.places_);
      std::swap(address_, other.address_);
      return *this;
    }
    ~Place();
    /// It is one.
    [[nodiscard]] explicit operator bool() const { return places_ != nullptr; }

   private:
    friend class ConnectionPlaces;
    Place(ConnectionPlaces& places, Addresses::value_type* address)
        : places_(&places), address_(address) {}

    ConnectionPlaces* places_ = nullptr;
    Addresses::value_type* address_ = nullptr;  // null: not counted
  };

  explicit ConnectionPlaces(const Limits& limits) : limits_(limits) {}

  /// For a connection of `address`, as PeerAddress::network() has it; "" has no limit of its own.
  /// Fails with Limit::connections or Limit::address_connections.
  [[nodiscard]] std::expected<Place, Limit> take(const std::string& address);
  /// Addresses that have places, for tests.
  [[nodiscard]] std::size_t addresses() const;

 private:
  void leave(Addresses::value_type* address);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t taken_ = 0;  // guarded by mutex_, like
  Addresses addresses_;    // these, each with its places
};

}  // namespace wskit::serve
