// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/broker.h"
#include "broker/expiring_map.h"
#include "broker/filter_tree.h"
#include "broker/session_holds.h"
#include "broker/topic_store.h"

namespace wskit::broker {

struct MemoryOptions {
  RetentionLimits retention;
  /// A random number of each start, so that cursors of an earlier process are told apart.
  std::uint64_t epoch = 1;
  /// A node that has more waiting than this loses it all, is told so, and reads the history.
  std::size_t max_inbox_messages = 65'536;
  std::size_t max_inbox_bytes = std::size_t{64} << 20;  // of payload
  std::size_t max_sessions = 100'000;
  std::size_t max_session_bytes = std::size_t{64} << 20;  // of all sessions together
  std::size_t max_publish_keys = 100'000;
  Nanoseconds publish_key_ttl = std::chrono::minutes(5);
};

/// The engine in the process's memory: one sequence over all topics, so that one position is a
/// cursor for any set of them. The only thing that nodes share; every call is safe on any thread.
class MemoryBroker final : public Broker {
 public:
  MemoryBroker(const Clock& clock, const MemoryOptions& options);
  MemoryBroker(const MemoryBroker&) = delete;
  MemoryBroker& operator=(const MemoryBroker&) = delete;
  /// All nodes are detached.
  ~MemoryBroker() override;

  [[nodiscard]] std::string_view name() const override { return "memory"; }
  [[nodiscard]] std::string_view guarantee() const override {
    return "at least once while retained, in order; nothing survives the process";
  }

  [[nodiscard]] NodeId attach(Listener& listener, std::function<void()> wake) override;
  void detach(NodeId id) override;
  [[nodiscard]] bool poll(NodeId id, std::size_t max_events) override;
  void publish(NodeId id, Token token, PublishRequest request) override;
  void interest(NodeId node, std::string_view filter, bool on) override;
  void history(NodeId id, Token token, HistoryRequest request) override;
  void join(NodeId id, std::string_view topic, Member member) override;
  void leave(NodeId id, std::string_view topic, std::string_view connection) override;
  void members(NodeId id, Token token, std::string_view topic) override;
  void hold_session(NodeId id, std::string_view key) override;
  void store_session(NodeId id, std::string_view key, std::string session,
                     Nanoseconds ttl) override;
  void drop_session(NodeId id, std::string_view key) override;
  void take_session(NodeId id, Token token, std::string_view key) override;

  /// Faults, to test what stands above. truncate: a topic's history is gone. new_epoch: so is all
  /// of the engine's memory but who is there; nodes are told that they lost it. lose: no messages
  /// for any node, until regain.
  void truncate(std::string_view topic);
  void new_epoch(std::uint64_t epoch);
  void lose(std::string_view why);
  void regain();

  /// What is retained now.
  struct Retained {
    std::size_t messages = 0;
    std::size_t bytes = 0;
    std::size_t topics = 0;
  };
  [[nodiscard]] Retained retained() const;
  /// TopicStore::recent().
  [[nodiscard]] std::vector<TopicSummary> recent_topics(std::size_t limit);

 private:
  using Call = std::function<void(Listener&)>;
  // Shared by the inboxes of all nodes that hear of it.
  using PresencePtr = std::shared_ptr<const PresenceEvent>;
  using Event = std::variant<MessagePtr, PresencePtr, Call>;
  struct Node;
  struct Presence {
    Member member;
    NodeId node = 0;
  };

  [[nodiscard]] Node& node_of(NodeId id);
  void post(Node& node, Event event, const Node* caller);
  [[nodiscard]] static std::size_t payload_bytes(const Event& event);
  [[nodiscard]] bool fits(const Node& node, const Event& event) const;
  void post_interested(std::string_view topic, const Event& event, const Node* caller);
  void overflow(Node& node, const Node* caller);
  void tell_members(Node& node, std::string_view topic, bool joined, const Member& member);
  void leave_all(Node& node, NodeId id);
  void answer_taker(const SessionHolds::Taker& taker, std::optional<std::string> session,
                    const Node* caller);
  void want_from_holder(std::string_view key, const Node* caller);
  void post_all(const Call& call);
  [[nodiscard]] bool regain(Node& node);

  const Clock& clock_;
  const MemoryOptions options_;
  mutable std::mutex mutex_;  // guards all below
  TopicStore store_;
  std::vector<std::unique_ptr<Node>> nodes_;  // by NodeId; null once detached
  FilterTree<NodeId> interests_;
  std::uint64_t matches_ = 0;
  bool lost_ = false;
  std::map<std::string, std::map<std::string, Presence, std::less<>>, std::less<>> members_;
  ExpiringMap<std::string> sessions_;
  SessionHolds holds_;  // of those that are at work
  ExpiringMap<PublishAck> published_;
};

}  // namespace wskit::broker
