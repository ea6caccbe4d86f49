// SPDX-License-Identifier: MIT
#include "broker/memory_broker.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "core/check.h"

namespace wskit::broker {

/// `listener` and `batch` are the node's own thread's; the rest is guarded by the engine's mutex.
struct MemoryBroker::Node {
  Listener& listener;
  std::function<void()> wake;
  std::deque<Event> inbox;
  std::deque<Event> batch;    // taken from the inbox and being told
  std::size_t droppable = 0;  // of the inbox: what the node can do without once it knows
  std::size_t bytes = 0;      // of these
  std::uint64_t matched = 0;
  bool woken = false;
  bool lost = false;  // gets no messages until it has been told so
  bool polling = false;
};

std::size_t MemoryBroker::payload_bytes(const Event& event) {
  const auto* const message = std::get_if<MessagePtr>(&event);
  return message == nullptr ? 0 : (*message)->payload.size();
}

MemoryBroker::MemoryBroker(const Clock& clock, const MemoryOptions& options)
    : clock_(clock),
      options_(options),
      store_(options.retention, options.epoch),
      sessions_(options.max_sessions, options.max_session_bytes),
      published_(options.max_publish_keys) {}

MemoryBroker::~MemoryBroker() {
  check(std::ranges::all_of(nodes_, [](const auto& node) { return node == nullptr; }),
        "an engine outlives its nodes");
}

NodeId MemoryBroker::attach(Listener& listener, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  nodes_.push_back(std::make_unique<Node>(listener, std::move(wake)));
  return static_cast<NodeId>(nodes_.size() - 1);
}

void MemoryBroker::detach(NodeId id) {
  const std::lock_guard lock(mutex_);
  Node& node = node_of(id);
  check(!node.polling, "a node is not detached within its own poll()");
  leave_all(node, id);
  nodes_[id] = nullptr;
  for (const SessionHolds::Taker& taker : holds_.forget(id)) {
    answer_taker(taker, std::nullopt, nullptr);
  }
}

void MemoryBroker::leave_all(Node& node, NodeId id) {
  const auto leaves = [id](const auto& entry) { return entry.second.node == id; };
  for (auto& [topic, present] : members_) {
    for (const auto& entry : present | std::views::filter(leaves)) {
      tell_members(node, topic, false, entry.second.member);
    }
    std::erase_if(present, leaves);
  }
  std::erase_if(members_, [](const auto& entry) { return entry.second.empty(); });
}

bool MemoryBroker::poll(NodeId id, std::size_t max_events) {
  Node* node = nullptr;
  {
    const std::lock_guard lock(mutex_);
    node = &node_of(id);
    check(!node->polling, "poll() is not called from within itself");
    if (node->batch.empty()) {
      node->batch.swap(node->inbox);
      node->droppable = 0;
      node->bytes = 0;
    }
    node->woken = false;
    node->polling = true;
  }
  for (; max_events > 0 && !node->batch.empty(); --max_events) {
    const Event event = std::move(node->batch.front());
    node->batch.pop_front();
    if (const auto* const message = std::get_if<MessagePtr>(&event)) {
      node->listener.on_message(*message);
    } else if (const auto* const presence = std::get_if<PresencePtr>(&event)) {
      node->listener.on_presence(**presence);
    } else {
      std::get<Call>(event)(node->listener);
    }
  }
  const std::lock_guard lock(mutex_);
  node->polling = false;
  return !node->batch.empty() || !node->inbox.empty();
}

void MemoryBroker::publish(NodeId id, Token token, PublishRequest request) {
  const std::lock_guard lock(mutex_);
  const Instant now = clock_.now();
  Node& node = node_of(id);
  PublishAck ack;
  const PublishAck* const known = request.key.empty() ? nullptr : published_.find(request.key, now);
  if (known != nullptr) {
    ack = *known;
    ack.duplicate = true;
  } else {
    const std::string key = std::move(request.key);
    const MessagePtr message = store_.publish(std::move(request), now);
    post_interested(message->topic, message, &node);
    if (token != kNoAnswer || !key.empty()) {
      ack = {.position = message->position, .id = message->id, .offset = message->offset};
    }
    if (!key.empty()) {
      published_.put(key, ack, now + options_.publish_key_ttl);
    }
  }
  if (token != kNoAnswer) {
    post(node, [token, ack](Listener& listener) { listener.on_published(token, ack); }, &node);
  }
}

void MemoryBroker::interest(NodeId node, std::string_view filter, bool on) {
  const std::lock_guard lock(mutex_);
  if (on) {
    interests_.add(filter, node);
  } else {
    interests_.remove(filter, node);
  }
}

void MemoryBroker::history(NodeId id, Token token, HistoryRequest request) {
  const std::lock_guard lock(mutex_);
  const Instant now = clock_.now();
  Node& node = node_of(id);
  post(
      node,
      [token, answer = store_.read(request, now)](Listener& listener) mutable {
        listener.on_history(token, std::move(answer));
      },
      &node);
}

void MemoryBroker::join(NodeId id, std::string_view topic, Member member) {
  const std::lock_guard lock(mutex_);
  auto& present = members_.try_emplace(std::string(topic)).first->second;
  const auto [place, added] = present.try_emplace(member.connection);
  place->second = {.member = std::move(member), .node = id};
  if (added) {
    tell_members(node_of(id), topic, true, place->second.member);
  }
}

void MemoryBroker::leave(NodeId id, std::string_view topic, std::string_view connection) {
  const std::lock_guard lock(mutex_);
  const auto present = members_.find(topic);
  if (present == members_.end()) {
    return;
  }
  const auto member = present->second.find(connection);
  if (member == present->second.end()) {
    return;
  }
  tell_members(node_of(id), topic, false, member->second.member);
  present->second.erase(member);
  if (present->second.empty()) {
    members_.erase(present);
  }
}

void MemoryBroker::members(NodeId id, Token token, std::string_view topic) {
  const std::lock_guard lock(mutex_);
  std::vector<Member> present;
  if (const auto found = members_.find(topic); found != members_.end()) {
    for (const auto& [connection, presence] : found->second) {
      present.push_back(presence.member);
    }
  }
  Node& node = node_of(id);
  post(
      node,
      [token, present = std::move(present)](Listener& listener) {
        listener.on_members(token, present);
      },
      &node);
}

void MemoryBroker::hold_session(NodeId id, std::string_view key) {
  const std::lock_guard lock(mutex_);
  holds_.hold(key, id);
}

void MemoryBroker::store_session(NodeId id, std::string_view key, std::string session,
                                 Nanoseconds ttl) {
  const std::lock_guard lock(mutex_);
  const Node& node = node_of(id);
  if (const auto next = holds_.pass_on(key)) {
    answer_taker(*next, std::move(session), &node);
    want_from_holder(key, &node);
    return;
  }
  const Instant now = clock_.now();
  const std::size_t bytes = key.size() + session.size();
  sessions_.put(key, std::move(session), now + ttl, bytes);
}

void MemoryBroker::drop_session(NodeId id, std::string_view key) {
  const std::lock_guard lock(mutex_);
  const Node& node = node_of(id);
  for (const SessionHolds::Taker& taker : holds_.drop(key)) {
    answer_taker(taker, std::nullopt, &node);
  }
}

void MemoryBroker::take_session(NodeId id, Token token, std::string_view key) {
  const std::lock_guard lock(mutex_);
  const Node& node = node_of(id);
  if (const std::size_t takers = holds_.wait(key, {.node = id, .token = token}); takers > 0) {
    // Others who wait have had the holder told.
    if (takers == 1) {
      want_from_holder(key, &node);
    }
    return;
  }
  auto session = sessions_.take(key, clock_.now());
  if (session) {
    holds_.hold(key, id);
  }
  answer_taker({.node = id, .token = token}, std::move(session), &node);
}

void MemoryBroker::answer_taker(const SessionHolds::Taker& taker,
                                std::optional<std::string> session, const Node* caller) {
  post(
      node_of(taker.node),
      [token = taker.token, session = std::move(session)](Listener& listener) {
        listener.on_session(token, session);
      },
      caller);
}

void MemoryBroker::want_from_holder(std::string_view key, const Node* caller) {
  if (const auto holder = holds_.wanted_from(key)) {
    post(
        node_of(*holder),
        [key = std::string(key)](Listener& listener) { listener.on_session_wanted(key); }, caller);
  }
}

void MemoryBroker::truncate(std::string_view topic) {
  const std::lock_guard lock(mutex_);
  store_.truncate(topic);
}

void MemoryBroker::new_epoch(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  store_.begin_epoch(epoch);
  published_.clear();
  for (const auto& node : nodes_) {
    if (node != nullptr) {
      overflow(*node, nullptr);
    }
  }
}

void MemoryBroker::lose(std::string_view why) {
  const std::lock_guard lock(mutex_);
  lost_ = true;
  post_all([text = std::string(why)](Listener& listener) { listener.on_lost(text); });
}

void MemoryBroker::regain() {
  const std::lock_guard lock(mutex_);
  lost_ = false;
  post_all([](Listener& listener) { listener.on_regained(); });
}

void MemoryBroker::post_all(const Call& call) {
  for (const auto& node : nodes_) {
    if (node != nullptr) {
      post(*node, call, nullptr);
    }
  }
}

MemoryBroker::Retained MemoryBroker::retained() const {
  const std::lock_guard lock(mutex_);
  return {.messages = store_.messages(), .bytes = store_.bytes(), .topics = store_.topics()};
}

std::vector<TopicSummary> MemoryBroker::recent_topics(std::size_t limit) {
  const std::lock_guard lock(mutex_);
  return store_.recent(limit, clock_.now());
}

MemoryBroker::Node& MemoryBroker::node_of(NodeId id) {
  check(id < nodes_.size() && nodes_[id] != nullptr, "a node is attached while it calls");
  return *nodes_[id];
}

void MemoryBroker::post(Node& node, Event event, const Node* caller) {
  node.inbox.push_back(std::move(event));
  if (&node != caller && !node.woken) {
    node.woken = true;
    node.wake();
  }
}

bool MemoryBroker::fits(const Node& node, const Event& event) const {
  // A single message always fits, however large it is.
  return node.droppable == 0 || (node.droppable < options_.max_inbox_messages &&
                                 node.bytes + payload_bytes(event) <= options_.max_inbox_bytes);
}

void MemoryBroker::post_interested(std::string_view topic, const Event& event, const Node* caller) {
  ++matches_;
  interests_.match(topic, [&](NodeId id) {
    if (nodes_[id] == nullptr) {
      return;  // detached with its interests on
    }
    Node& node = *nodes_[id];
    if (lost_ || node.lost || node.matched == matches_) {
      return;
    }
    node.matched = matches_;
    if (!fits(node, event)) {
      overflow(node, caller);
      return;
    }
    ++node.droppable;
    node.bytes += payload_bytes(event);
    post(node, event, caller);
  });
}

void MemoryBroker::overflow(Node& node, const Node* caller) {
  std::erase_if(node.inbox,
                [](const Event& event) { return !std::holds_alternative<Call>(event); });
  node.droppable = 0;
  node.bytes = 0;
  if (node.lost) {
    return;
  }
  node.lost = true;
  post(
      node,
      [this, &node](Listener& listener) {
        listener.on_lost("messages were dropped before they were read");
        if (regain(node)) {
          listener.on_regained();
        }
      },
      caller);
}

bool MemoryBroker::regain(Node& node) {
  const std::lock_guard lock(mutex_);
  node.lost = false;
  return !lost_;
}

void MemoryBroker::tell_members(Node& node, std::string_view topic, bool joined,
                                const Member& member) {
  post_interested(topic, std::make_shared<const PresenceEvent>(std::string(topic), joined, member),
                  &node);
}

}  // namespace wskit::broker
