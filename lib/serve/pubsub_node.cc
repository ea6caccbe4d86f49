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
      broker_(clock_, {.retention = options.retention, .epoch = epoch}),
      places_(options.max_subscriptions) {}

std::size_t PubSubState::add(const Thread& thread) {
  const std::scoped_lock lock(mutex_);
  threads_.push_back(thread);
  return threads_.size() - 1;
}

std::vector<PubSubState::Thread> PubSubState::threads() const {
  const std::scoped_lock lock(mutex_);
  return threads_;
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

const pubsub::QueueLimits& PubSubNode::slow_limits(std::string_view topic) {
  if (topic != slow_topic_) {
    slow_topic_ = topic;
    slow_limits_ = pubsub::slow_limits(options().slow, slow_topic_, options().queue);
  }
  return slow_limits_;
}

pubsub::QueueLimits PubSubNode::closing_limits(std::string_view topic) {
  // A notice is of no topic.
  const bool ruled = !options().slow.empty() && !topic.empty();
  pubsub::QueueLimits limits = ruled ? slow_limits(topic) : options().queue;
  limits.policy = pubsub::SlowPolicy::close;
  return limits;
}

std::optional<pubsub::SubscriptionPlace> PubSubNode::take_place() {
  auto place = state_.places().take();
  if (!place) {
    thread_.counts().on_limited(Limit::subscriptions);
  }
  return place;
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
