// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace wskit::pubsub {

/// How many subscriptions all nodes may have together. For any thread.
class SubscriptionPlaces {
 public:
  /// That of one subscription, until it goes; a default one is none. The places outlive it.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(places_, other.places_);
      return *this;
    }
    ~Place() {
      if (places_ != nullptr) {
        places_->taken_.fetch_sub(1, std::memory_order_relaxed);
      }
    }

   private:
    friend class SubscriptionPlaces;
    explicit Place(SubscriptionPlaces& places) : places_(&places) {}

    SubscriptionPlaces* places_ = nullptr;
  };

  /// 0: no limit.
  explicit SubscriptionPlaces(std::size_t limit) : limit_(limit) {}

  /// Nothing when there is none left.
  [[nodiscard]] std::optional<Place> take() {
    if (limit_ == 0) {
      return Place();
    }
    std::size_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (taken >= limit_) {
        return std::nullopt;
      }
    } while (!taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
    return Place(*this);
  }
  [[nodiscard]] std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> taken_ = 0;
};

using SubscriptionPlace = SubscriptionPlaces::Place;

}  // namespace wskit::pubsub
