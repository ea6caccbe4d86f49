// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ev++.h>

#include "broker/memory_broker.h"
#include "core/clock.h"
#include "pubsub/hub.h"
#include "pubsub/subscription_places.h"
#include "serve/node_inbox.h"
#include "serve/open_connection.h"
#include "serve/pubsub_counts.h"
#include "serve/pubsub_options.h"

namespace wskit::serve {

class ServiceThread;
class ThreadCounts;

/// What the service threads of a pub/sub server have in common: the engine behind them, and a way
/// to each other's counts. Outlives the server.
class PubSubState {
 public:
  /// `epoch` is a random number of each start.
  PubSubState(const PubSubOptions& options, std::uint64_t epoch);

  struct Thread {
    const PubSubCounts* counts;
    const ThreadCounts* connections;
    NodeInbox* inbox;
  };

  [[nodiscard]] const PubSubOptions& options() const { return options_; }
  [[nodiscard]] const Authenticator& authenticator() const { return authenticator_; }
  [[nodiscard]] broker::Broker& broker() { return broker_; }
  [[nodiscard]] const broker::Broker& broker() const { return broker_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  /// Any thread.
  [[nodiscard]] broker::MemoryBroker::Retained retained() const { return broker_.retained(); }
  /// Any thread.
  [[nodiscard]] std::vector<broker::TopicSummary> recent_topics(std::size_t limit) {
    return broker_.recent_topics(limit);
  }
  /// Its number among the threads, from 0. A thread's counts live as long as the server.
  [[nodiscard]] std::size_t add(const Thread& thread);
  [[nodiscard]] std::vector<Thread> threads() const;
  /// Of the subscriptions of all threads.
  [[nodiscard]] pubsub::SubscriptionPlaces& places() { return places_; }

 private:
  MonotonicClock clock_;
  PubSubOptions options_;
  Authenticator authenticator_;
  std::uint64_t epoch_;
  broker::MemoryBroker broker_;
  pubsub::SubscriptionPlaces places_;
  mutable std::mutex mutex_;
  std::vector<Thread> threads_;  // guarded by mutex_
};

/// Wants to know when all that waited for the node has been told.
class PolledWatcher {
 public:
  virtual ~PolledWatcher() = default;
  virtual void on_polled() = 0;
};

/// A service thread as a node: its hub, woken through the thread's loop and polled at the end of
/// each turn. What the thread asks the hub in a turn is answered at its end; only what is asked
/// while the outlets are written, after that, needs poll_again().
class PubSubNode {
 public:
  PubSubNode(ServiceThread& thread, PubSubState& state);
  PubSubNode(const PubSubNode&) = delete;
  PubSubNode& operator=(const PubSubNode&) = delete;

  [[nodiscard]] pubsub::Hub& hub() { return hub_; }
  [[nodiscard]] ServiceThread& thread() { return thread_; }
  [[nodiscard]] PubSubState& state() { return state_; }
  [[nodiscard]] const PubSubOptions& options() const { return state_.options(); }
  [[nodiscard]] PubSubCounts& counts() { return counts_; }
  /// Unique among all nodes, and among those of other starts.
  [[nodiscard]] std::string next_connection_id();
  [[nodiscard]] std::size_t number() const { return number_; }
  /// Any thread.
  [[nodiscard]] NodeInbox& inbox() { return inbox_; }
  /// Each adds itself and takes itself away; the one that has been open for longest is the first.
  [[nodiscard]] std::list<const OpenConnection*>& open_connections() { return open_connections_; }

  /// Calls the watcher once, at the end of the poll that is under way.
  void watch_poll(PolledWatcher& watcher) { watchers_.push_back(&watcher); }
  void forget(PolledWatcher& watcher);
  void poll_again() { wake_.send(); }
  /// A live message goes out: when it was published is the begin of what publish_to_write counts.
  void note_delivery(const broker::Message& message) {
    if (&message != noted_) {
      noted_ = &message;
      delivered_.push_back(message.published);
    }
  }
  /// What may wait for a receiver of this topic, and what happens to one that is too slow: looked
  /// up once for all of them.
  [[nodiscard]] const pubsub::QueueLimits& slow_limits(std::string_view topic);
  /// Likewise, for one that cannot be told what was dropped.
  [[nodiscard]] pubsub::QueueLimits closing_limits(std::string_view topic);
  /// For one subscription more; nothing, and counted, if there are as many as there may be.
  [[nodiscard]] std::optional<pubsub::SubscriptionPlace> take_place();
  /// To be called by the service.
  void on_turn_end();
  void on_turn_written();

 private:
  void on_wake() noexcept {}
  void tell_watchers();
  void copy_counts();

  ServiceThread& thread_;
  PubSubState& state_;
  PubSubCounts counts_;
  NodeInbox inbox_;
  std::size_t number_;
  std::uint64_t connections_ = 0;
  ev::async wake_;
  std::list<const OpenConnection*> open_connections_;
  pubsub::Hub hub_;
  std::vector<PolledWatcher*> watchers_;
  std::vector<PolledWatcher*> telling_;     // while they are told; null once they are, or are gone
  const broker::Message* noted_ = nullptr;  // within this turn
  std::vector<Instant> delivered_;
  std::string slow_topic_;
  pubsub::QueueLimits slow_limits_;  // of that topic
};

}  // namespace wskit::serve
