// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "broker/message.h"
#include "pubsub/delivery.h"

namespace wskit::pubsub {

/// Deliveries of messages that were read from the history, so that many receivers who come back at
/// the same time share what was encoded for the first of them. Holds about kMaxBytes at most.
class RecentDeliveries {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

  /// `scratch` as for a Delivery.
  explicit RecentDeliveries(std::string& scratch) : scratch_(scratch) {}

  /// Good until the next call.
  [[nodiscard]] Delivery& of(const broker::MessagePtr& message) {
    trim();
    const auto [place, added] = deliveries_.try_emplace(message.get(), message, scratch_);
    if (added) {
      // The message and, most often, one format of it.
      bytes_ += sizeof(Delivery) + sizeof(broker::Message) + 2 * message->payload.size();
    }
    return place->second;
  }

  /// Forgets everything if it is too much.
  void trim() {
    if (bytes_ > kMaxBytes) {
      deliveries_.clear();
      bytes_ = 0;
    }
  }

 private:
  std::string& scratch_;
  std::size_t bytes_ = 0;
  // By the message's address, which its delivery keeps from being used again.
  std::unordered_map<const broker::Message*, Delivery> deliveries_;
};

}  // namespace wskit::pubsub
