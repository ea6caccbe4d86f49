// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "broker/topic_store.h"
#include "core/clock.h"
#include "pubsub/out_queue.h"
#include "pubsub/slow_rules.h"
#include "serve/authenticator.h"

namespace wskit::serve {

/// What a pub/sub server has beside ServerOptions.
struct PubSubOptions {
  std::string version = {};  // of the program, for /info
  /// What the engine in memory retains for those who come back.
  broker::RetentionLimits retention;
  /// What waits for one connection, and what happens to it when it reads too slowly. Raw frames
  /// cannot say that something was dropped: there the policy is always to close.
  pubsub::QueueLimits queue;
  /// The policies of topics that have others than `queue` says; the first that matches counts.
  std::vector<pubsub::SlowRule> slow;
  /// Who may do what.
  AuthOptions auth;
  /// Topics and filters that one connection may name.
  std::size_t max_topics = 100;
  /// All subscriptions, on all threads: one of each connection, or of each of its groups or
  /// channels. 0: no limit.
  std::size_t max_subscriptions = 1'000'000;
  /// What a client of json.reliable.webpubsub.azure.v1 may leave unacknowledged, and how long it
  /// has to come back.
  std::size_t max_unacked_bytes = std::size_t{8} << 20;
  Nanoseconds session_ttl = std::chrono::minutes(1);
  /// How often clients of the Centrifugo protocol are pinged, how long their pong may take, how
  /// long they have for their connect command, and for a new token when theirs has expired.
  Nanoseconds centrifugo_ping = std::chrono::seconds(25);
  Nanoseconds centrifugo_pong_timeout = std::chrono::seconds(8);
  Nanoseconds centrifugo_connect_timeout = std::chrono::seconds(10);
  Nanoseconds centrifugo_expiry_grace = std::chrono::seconds(25);
  /// How long a long poll waits that does not say so, and how long at most.
  Nanoseconds poll_wait = std::chrono::seconds(30);
  Nanoseconds max_poll_wait = std::chrono::minutes(5);
};

}  // namespace wskit::serve
