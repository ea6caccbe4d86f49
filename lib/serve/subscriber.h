// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "pubsub/hub.h"
#include "pubsub/receiver.h"
#include "pubsub/wire_format.h"
#include "serve/feed.h"
#include "serve/open_connection.h"
#include "serve/publisher.h"
#include "serve/pubsub_node.h"

namespace wskit::serve {

/// Why a subscriber gets nothing any more.
enum class SubscriberEnd : std::uint8_t {
  slow,    // it did not read fast enough
  gap,     // messages are missing, and its format cannot say so
  failed,  // the engine cannot say what it missed
};

class SubscriberOwner {
 public:
  virtual ~SubscriberOwner() = default;
  /// Once; to end the connection.
  virtual void on_subscriber_end(SubscriberEnd why) = 0;
};

/// One subscription as all that a connection gets, in one wire format: gaps and drops are announced
/// in it where it can do that.
class Subscriber final : private pubsub::Receiver, private FeedOwner, private ConnectionOwner {
 public:
  struct Parts {
    PubSubNode& node;
    Outlet& outlet;
    SubscriberOwner& owner;
    pubsub::Format format = pubsub::Format::frame;
    Transport transport = Transport::websocket;
    std::string_view id = {};              // of the connection; "": it gets one
    const Publisher* publisher = nullptr;  // of the same connection
  };

  /// The parts outlive it.
  Subscriber(const Parts& parts, pubsub::SubscribeRequest request);
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  /// Ends the subscription and forgets what waits.
  void stop();
  [[nodiscard]] Feed& feed() { return feed_; }
  /// Messages that have come so far.
  [[nodiscard]] std::uint64_t deliveries() const { return deliveries_; }
  /// Those of them that the connection has taken.
  [[nodiscard]] std::uint64_t messages() const { return feed_.messages(); }

 private:
  void on_started(pubsub::Subscription& subscription, const pubsub::Started& started) override;
  void on_delivery(pubsub::Subscription& subscription, pubsub::Delivery& delivery) override;
  void on_live(pubsub::Subscription& subscription, const broker::Cursor& cursor) override;
  void on_gap(pubsub::Subscription& subscription, const pubsub::Gap& gap) override;
  void on_presence(pubsub::Subscription& /*subscription*/,
                   const broker::PresenceEvent& /*event*/) override {}
  void on_failed(pubsub::Subscription& subscription, const Error& error) override;
  [[nodiscard]] bool backlogged() const override { return feed_.backlogged(); }
  void append_dropped(std::string& out, std::uint64_t messages) override;
  void on_overflow() override { end(SubscriberEnd::slow); }
  void on_room() override;
  [[nodiscard]] ConnectionLoad load() const override;

  void announce(const pubsub::Gap& gap);
  void end(SubscriberEnd why);

  Parts parts_;
  pubsub::QueueLimits limits_;
  Feed feed_;
  std::uint64_t deliveries_ = 0;
  bool ended_ = false;
  pubsub::SubscriptionHandle subscription_;
  OpenConnection open_;
};

}  // namespace wskit::serve
