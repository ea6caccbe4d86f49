// SPDX-License-Identifier: MIT
// Nodes on threads of their own; this program runs under ThreadSanitizer too.
#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "broker/memory_broker.h"
#include "pubsub/hub.h"
#include "tests/support/catch.h"
#include "tests/support/receiver_log.h"

using namespace wskit;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kNodes = 3;
constexpr std::size_t kMessages = 2'000;  // that each node publishes
const std::string kEnd = "end";

/// What a service thread's loop does: sleeps until it is woken, then polls.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    condition_.notify_one();
  }

  /// False when nobody rang in time.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    const bool rung = condition_.wait_until(lock, deadline, [this] { return rung_; });
    rung_ = false;
    return rung;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool rung_ = false;
};

/// A thread's node: it publishes its messages with a steady subscriber to all topics and another
/// one that comes and goes, and runs until all nodes' last messages have come.
class NodeThread {
 public:
  NodeThread(broker::MemoryBroker& engine, std::size_t number) : engine_(engine), number_(number) {}

  void run() {
    pubsub::Hub hub(engine_, [this] { bell_.ring(); });
    test::ReceiverLog passing;
    const pubsub::SubscriptionHandle steady_handle =
        hub.subscribe(steady, {.filters = {"#"}, .start = broker::FromOldest()});
    pubsub::SubscriptionHandle passing_handle;
    for (std::size_t i = 0; i < kMessages; ++i) {
      passing_handle = nullptr;
      if (i % 3 != 0) {
        passing_handle = hub.subscribe(
            passing, {.filters = {"t/" + std::to_string(i % 2)}, .start = passing.live_cursor});
      }
      publish(hub, "t/" + std::to_string(i % 5), std::to_string(i));
      if (i % 16 == 0) {
        poll_all(hub);
      }
    }
    publish(hub, "t/0", kEnd);
    const auto deadline = std::chrono::steady_clock::now() + 50s;
    poll_all(hub);
    while (ends() < kNodes && bell_.wait(deadline)) {
      poll_all(hub);
    }
    caught_up = hub.counts().caught_up;
  }

  test::ReceiverLog steady;
  std::uint64_t caught_up = 0;

 private:
  void publish(pubsub::Hub& hub, const std::string& topic, const std::string& text) const {
    hub.publish({.topic = topic, .payload = std::to_string(number_) + ":" + text});
  }

  static void poll_all(pubsub::Hub& hub) {
    while (hub.poll(8)) {
    }
  }

  [[nodiscard]] std::size_t ends() {
    for (; seen_ < steady.log.size(); ++seen_) {
      ends_ += static_cast<std::size_t>(steady.log[seen_].ends_with(kEnd));
    }
    return ends_;
  }

  broker::MemoryBroker& engine_;
  std::size_t number_;
  Bell bell_;
  std::size_t seen_ = 0;
  std::size_t ends_ = 0;
};

std::vector<std::string> messages_of(const test::ReceiverLog& receiver) {
  std::vector<std::string> messages;
  for (const std::string& entry : receiver.log) {
    if (entry.starts_with("t/")) {
      messages.push_back(entry);
    }
  }
  return messages;
}

std::size_t gaps_of(const test::ReceiverLog& receiver) {
  return static_cast<std::size_t>(std::ranges::count(receiver.log, "gap"));
}

using Nodes = std::vector<std::unique_ptr<NodeThread>>;

/// All of them at once, to their ends.
Nodes run(broker::MemoryBroker& engine) {
  Nodes nodes;
  std::vector<std::jthread> threads;
  nodes.reserve(kNodes);
  threads.reserve(kNodes);
  for (std::size_t i = 0; i < kNodes; ++i) {
    nodes.push_back(std::make_unique<NodeThread>(engine, i));
  }
  for (const auto& node : nodes) {
    threads.emplace_back([&node] { node->run(); });
  }
  threads.clear();
  return nodes;
}

}  // namespace

TEST_CASE("nodes on threads of their own see all messages once and in one order") {
  const MonotonicClock clock;
  broker::MemoryOptions options;
  options.retention.messages_per_topic = kNodes * (kMessages + 1);
  // A small inbox as well: nodes lose what they are too slow for, and make up for it.
  options.max_inbox_messages = GENERATE(std::size_t{1'000'000}, std::size_t{64});
  broker::MemoryBroker engine(clock, options);
  const Nodes nodes = run(engine);
  const std::vector<std::string> expected = messages_of(nodes.front()->steady);
  CHECK(std::set(expected.begin(), expected.end()).size() == kNodes * (kMessages + 1));
  CHECK(expected.size() == kNodes * (kMessages + 1));
  for (const auto& node : nodes) {
    const bool same = messages_of(node->steady) == expected;
    CHECK(same);
    CHECK(gaps_of(node->steady) == 0);
    CHECK(node->caught_up > 0);
  }
}
