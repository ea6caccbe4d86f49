// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "pubsub/subscription_places.h"

namespace wskit::pubsub {

class Hub;
class Receiver;

struct SubscribeRequest {
  std::vector<std::string>
      filters;  // good ones, at least one; a message comes once for all of them
  broker::Start start;
  /// If what comes after the start is not all there: go on with what is left, or from now.
  bool skip_after_gap = false;
  /// Not empty: the connection whose own messages are left out.
  std::string no_echo;
  bool presence = false;    // on_presence() is wanted
  SubscriptionPlace place;  // that it takes
};

/// One receiver's subscription to some filters; what it gets is in the engine's order, each message
/// once. Made by Hub::subscribe(); ends with its handle.
class Subscription {
 public:
  Subscription(Hub& hub, Receiver& receiver, SubscribeRequest request)
      : hub_(hub), receiver_(receiver), request_(std::move(request)) {}

  [[nodiscard]] const std::vector<std::string>& filters() const { return request_.filters; }
  [[nodiscard]] bool live() const { return past_ == nullptr; }

 private:
  friend class Hub;
  friend struct EndSubscription;

  /// While the subscription is not live: where it is in the history.
  struct Past {
    broker::Start start;  // of the next read
    broker::Token reading = broker::kNoAnswer;
    std::uint64_t continues = 0;
    bool started = false;     // the receiver knows
    bool to_be_read = false;  // held back by the receiver
    bool overflowed = false;  // what came is not all in `arrived`: to be read once more
    std::vector<broker::MessagePtr> arrived;  // while a read was under way
  };

  Hub& hub_;
  Receiver& receiver_;
  SubscribeRequest request_;
  std::unique_ptr<Past> past_;
  /// While live, until the hub itself has seen as much: messages that came with the history.
  std::unique_ptr<broker::Cursor> floor_;
  std::uint64_t matched_ = 0;  // the hub's last message for it
  std::size_t place_ = 0;      // in the hub's list
  bool ended_ = false;
};

struct EndSubscription {
  void operator()(Subscription* subscription) const;
};

/// The hub owns the subscription; this ends it.
using SubscriptionHandle = std::unique_ptr<Subscription, EndSubscription>;

}  // namespace wskit::pubsub
