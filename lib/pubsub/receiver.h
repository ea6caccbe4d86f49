// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "broker/broker.h"
#include "core/error.h"
#include "pubsub/delivery.h"

namespace wskit::pubsub {

class Subscription;

/// How a subscription begins.
struct Started {
  /// False: it was to begin somewhere in the past, and not all since is there any more. What of it
  /// is left follows, unless the subscription skips that.
  bool complete = true;
  broker::Cursor cursor;                    // what follows comes after it
  broker::Cursor oldest;                    // unless complete: the oldest cursor that would be
  std::optional<broker::TopicState> topic;  // for a single filter that is no wildcard
};

/// Messages were lost, and will not come, between the last delivery and on_live().
struct Gap {
  broker::Cursor cursor;  // what follows comes after it
  broker::Cursor oldest;
};

/// Who a subscription delivers to. Called on the hub's thread, from Hub::poll() only; within every
/// call, the receiver may end this and other subscriptions, start new ones, and destroy itself once
/// all of its own have ended.
class Receiver {
 public:
  virtual ~Receiver() = default;

  /// Once, before anything else: asked for the past, the deliveries until on_live() are that.
  virtual void on_started(Subscription& subscription, const Started& started) = 0;
  virtual void on_delivery(Subscription& subscription, Delivery& delivery) = 0;
  /// What follows is live; the cursor has seen everything until here. Called again when a lost
  /// connection to the engine has been made up for.
  virtual void on_live(Subscription& subscription, const broker::Cursor& cursor) = 0;
  virtual void on_gap(Subscription& subscription, const Gap& gap) = 0;
  /// Somebody joined or left one of the topics; when asked for, and only while live.
  virtual void on_presence(Subscription& subscription, const broker::PresenceEvent& event) = 0;
  /// The engine cannot say what was missed: nothing more will come.
  virtual void on_failed(Subscription& subscription, const Error& error) = 0;

  /// True: no more of the past for now, please; Hub::resume() asks for it again, and gets at least
  /// one message.
  [[nodiscard]] virtual bool backlogged() const = 0;
};

}  // namespace wskit::pubsub
