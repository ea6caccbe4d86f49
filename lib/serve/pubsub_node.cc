// SPDX-License-Identifier: MIT
#include "serve/pubsub_node.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "serve/service_thread.h"

namespace wskit::serve {

PubSubState::PubSubState(const PubSubOptions& options, std::uint64_t epoch)
    : options_(options),
      authenticator_(options.auth),
      epoch_(epoch),
      broker_(clock_, {.retention = options.retention, .epoch = epoch}) {}

std::size_t PubSubState::add(const Thread& thread) {
  const std::scoped_lock lock(mutex_);
  threads_.push_back(thread);
  return threads_.size() - 1;
}

std::vector<PubSubState::Thread> PubSubState::threads() const {
  const std::scoped_lock lock(mutex_);
  return threads_;
}

std::uint64_t PubSubState::subscriptions() const {
  const std::scoped_lock lock(mutex_);
  std::uint64_t sum = 0;
  for (const Thread& thread : threads_) {
    sum += thread.counts->subscriptions.read();
  }
  return sum;
}

PubSubNode::PubSubNode(ServiceThread& thread, PubSubState& state)
    : thread_(thread),
      state_(state),
      inbox_(thread.loop(), *this),
      number_(state.add({.counts = &counts_, .connections = &thread.counts(), .inbox = &inbox_})),
      wake_(thread.loop()),
      hub_(state.broker(), [this] { wake_.send(); }) {
  wake_.set<PubSubNode, &PubSubNode::on_wake>(this);
  wake_.start();
}

std::string PubSubNode::next_connection_id() {
  return fmt::format("{:x}-{:x}-{:x}", state_.epoch(), number_, ++connections_);
}

void PubSubNode::forget(PolledWatcher& watcher) {
  std::erase(watchers_, &watcher);
  std::ranges::replace(telling_, &watcher, nullptr);
}

pubsub::SlowPolicy PubSubNode::slow_policy(const broker::Message& message) {
  if (message.topic != slow_topic_) {
    slow_topic_ = message.topic;
    slow_policy_ = pubsub::slow_policy(options().slow, slow_topic_, options().queue.policy);
  }
  return slow_policy_;
}

bool PubSubNode::may_subscribe() {
  const std::size_t limit = options().max_subscriptions;
  counts_.subscriptions.set(hub_.subscriptions());
  if (limit == 0 || state_.subscriptions() < limit) {
    return true;
  }
  thread_.counts().on_limited(Limit::subscriptions);
  return false;
}

void PubSubNode::on_turn_end() {
  if (hub_.poll()) {
    poll_again();
  }
  tell_watchers();
  copy_counts();
}

void PubSubNode::on_turn_written() {
  if (delivered_.empty()) {
    return;
  }
  const Instant now = thread_.now();
  for (const Instant published : delivered_) {
    counts_.publish_to_write.add(now - published);
  }
  delivered_.clear();
  noted_ = nullptr;
}

void PubSubNode::tell_watchers() {
  telling_.swap(watchers_);
  for (PolledWatcher*& place : telling_) {
    if (PolledWatcher* const watcher = std::exchange(place, nullptr)) {
      watcher->on_polled();
    }
  }
  telling_.clear();
}

void PubSubNode::copy_counts() {
  const pubsub::HubCounts& counts = hub_.counts();
  counts_.received.set(counts.messages - counts.repeated);
  counts_.deliveries.set(counts.deliveries);
  counts_.gaps.set(counts.gaps);
  counts_.caught_up.set(counts.caught_up);
  counts_.subscriptions.set(hub_.subscriptions());
  counts_.ready.set(hub_.ready() ? 1 : 0);
}

}  // namespace wskit::serve
