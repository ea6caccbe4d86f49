// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/broker.h"
#include "broker/filter_tree.h"
#include "core/clock.h"
#include "core/error.h"

namespace wskit::pubsub {

/// A node's part of the sessions that any node can take up: those that its connections hold, and
/// those that they wait for. A session is held by one connection at a time, whether its peer is
/// still there or not; who wants to go on with it elsewhere gets it from that one.
class Sessions {
 public:
  using OnWanted = std::function<void()>;
  using OnTaken = std::function<void(Expected<std::optional<std::string>>)>;

  /// The engine outlives it.
  Sessions(broker::Broker& broker, broker::NodeId node) : broker_(broker), node_(node) {}

  /// Of a session that is new, or that was taken: it is held until it is stored or dropped.
  /// `on_wanted` is called once, from the hub's poll, when somebody else is to have it.
  void hold(const std::string& key, OnWanted on_wanted);
  /// For whoever waits for it, or comes within `ttl`.
  void store(const std::string& key, std::string session, Nanoseconds ttl);
  /// There is nothing to go on with.
  void drop(const std::string& key);
  /// The answer comes from the hub's poll. Whoever gets a session has to hold, store or drop it.
  void take(std::string_view key, OnTaken on_taken);

  /// To be called by the hub.
  void on_taken(broker::Token token, Expected<std::optional<std::string>> session);
  void on_wanted(std::string_view key);

 private:
  broker::Broker& broker_;
  broker::NodeId node_;
  broker::Token last_token_ = broker::kNoAnswer;
  std::unordered_map<broker::Token, OnTaken> taking_;
  std::unordered_map<std::string, OnWanted, broker::TextHash, std::equal_to<>> held_;
};

}  // namespace wskit::pubsub
