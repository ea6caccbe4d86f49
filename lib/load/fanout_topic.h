// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "load/deliveries.h"

namespace wskit::load {

class Publisher;
class Subscriber;

/// One topic and its own.
struct FanoutTopic {
  /// Its place in the plan.
  std::uint32_t number = 0;
  std::vector<Publisher*> publishers;
  std::vector<Subscriber*> subscribers;
  /// Which of the subscribers are connected, and how many.
  SubscriberBits open;
  std::uint32_t open_count = 0;

  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(subscribers.size());
  }
};

}  // namespace wskit::load
