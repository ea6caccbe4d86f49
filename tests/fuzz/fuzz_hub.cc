// SPDX-License-Identifier: MIT
// Bytes as what publishers, subscribers, the engine and its faults do, on three nodes: each
// subscriber gets every message of its filters once and in order, or is told of a gap there.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "broker/memory_broker.h"
#include "broker/topic.h"
#include "core/check.h"
#include "pubsub/hub.h"
#include "tests/support/manual_clock.h"

namespace {

using wskit::check;
using namespace wskit;

constexpr std::array<const char*, 4> kTopics{"a", "a/b", "c", "$d"};
constexpr std::array<const char*, 6> kFilters{"a", "a/b", "c", "$d", "a/#", "#"};
constexpr std::size_t kNodes = 3;
constexpr std::size_t kClients = 6;

/// The input, byte by byte; zeros once it has ended.
class Choices {
 public:
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }
  std::size_t below(std::size_t bound) {
    if (bytes_.empty()) {
      return 0;
    }
    const std::size_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte % bound;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// What has been published, over all epochs; a message's payload is its index.
struct Truth {
  std::vector<std::string> topics;
  std::vector<std::size_t> epochs{0};  // index of the first message of each, from epoch 1
  bool may_lose = false;               // the engine forgets: gaps are to be expected

  /// Index of the first message that a cursor of the engine in memory has not seen.
  [[nodiscard]] std::size_t after(const broker::Cursor& cursor) const {
    check(cursor.positions().size() == 1, "the engine in memory has one partition");
    return epochs.at(cursor.epoch() - 1) + cursor.positions().front().major;
  }
};

class Client final : public pubsub::Receiver {
 public:
  explicit Client(const Truth& truth) : truth_(truth) {}

  void subscribe(pubsub::Hub& hub, Choices& choices) {
    end();
    pubsub::SubscribeRequest request;
    if (filters_.empty() || choices.below(4) == 0) {
      filters_ = {kFilters.at(choices.below(kFilters.size()))};
      if (choices.below(2) == 0) {
        filters_.emplace_back(kFilters.at(choices.below(kFilters.size())));
      }
      known_ = false;
    }
    request.filters = filters_;
    request.skip_after_gap = choices.below(2) == 0;
    request.start = start(choices);
    hub_ = &hub;
    handle_ = hub.subscribe(*this, std::move(request));
  }

  void end() { handle_ = nullptr; }

  void set_backlogged(bool backlogged) {
    backlogged_ = backlogged;
    if (!backlogged && handle_ != nullptr) {
      hub_->resume(*handle_);
    }
  }

  void end_at_next_call() { ends_ = true; }

  /// All has been polled: whatever was published has come, unless a gap is announced.
  void check_complete() const {
    if (handle_ != nullptr) {
      check(handle_->live(), "a subscription gets live in the end");
      check(next_of_mine(seen_) == truth_.topics.size(), "nothing is missing in the end");
    }
  }

  void on_started(pubsub::Subscription& /*subscription*/, const pubsub::Started& started) override {
    check(!started_, "a subscription starts once");
    started_ = true;
    check(started.complete || truth_.may_lose, "there is no gap where nothing was lost");
    begin(started.cursor, !started.complete);
    known_ = true;
    called();
  }
  void on_delivery(pubsub::Subscription& /*subscription*/, pubsub::Delivery& delivery) override {
    check(started_, "a subscription starts before its messages");
    const broker::Message& message = delivery.message();
    const std::size_t index = std::stoul(message.payload);
    check(message.topic == truth_.topics.at(index), "a message comes as it was published");
    check(is_mine(index), "a message is asked for");
    check(index >= seen_, "a message comes once and in order");
    check(may_skip_ || next_of_mine(seen_) == index, "no message is missing without a word");
    cursor_ = broker::Cursor::parse(message.id).value();
    seen_ = index + 1;
    check(truth_.after(cursor_) == seen_, "a message's id has seen what came until it");
    called();
  }
  void on_live(pubsub::Subscription& /*subscription*/, const broker::Cursor& cursor) override {
    const std::size_t next = truth_.after(cursor);
    check(next >= seen_, "a live subscription has seen its messages");
    check(may_skip_ || next_of_mine(seen_) >= next, "nothing is missing until it is live");
    seen_ = next;
    cursor_ = cursor;
    may_skip_ = false;
    called();
  }
  void on_gap(pubsub::Subscription& /*subscription*/, const pubsub::Gap& gap) override {
    check(truth_.may_lose, "there is no gap where nothing was lost");
    begin(gap.cursor, true);
    called();
  }
  void on_presence(pubsub::Subscription& /*subscription*/,
                   const broker::PresenceEvent& /*event*/) override {
    check(false, "presence was not asked for");
  }
  void on_failed(pubsub::Subscription& /*subscription*/, const Error& /*error*/) override {
    check(false, "the engine in memory always answers");
  }
  [[nodiscard]] bool backlogged() const override { return backlogged_; }

 private:
  [[nodiscard]] broker::Start start(Choices& choices) {
    started_ = false;
    may_skip_ = false;
    // With a cursor that belongs to these filters: it goes on where it has been.
    if (known_ && choices.below(4) != 0) {
      seen_ = truth_.after(cursor_);
      return cursor_;
    }
    if (choices.below(2) == 0) {
      seen_ = 0;
      may_skip_ = true;  // nobody knows what the oldest one is
      return broker::FromOldest();
    }
    seen_ = truth_.topics.size();
    return broker::FromNow();
  }

  /// What follows comes after the cursor, all of it, or with holes until the subscription is live.
  void begin(const broker::Cursor& cursor, bool holes) {
    const std::size_t next = truth_.after(cursor);
    may_skip_ = may_skip_ || holes;
    check(may_skip_ || next_of_mine(seen_) >= next, "it begins where it was to begin");
    seen_ = may_skip_ ? std::max(seen_, next) : seen_;
    cursor_ = cursor;
  }

  void called() {
    if (std::exchange(ends_, false)) {
      end();
    }
  }

  [[nodiscard]] bool is_mine(std::size_t index) const {
    return std::ranges::any_of(filters_, [&](const std::string& filter) {
      return broker::matches(filter, truth_.topics[index]);
    });
  }

  [[nodiscard]] std::size_t next_of_mine(std::size_t index) const {
    while (index < truth_.topics.size() && !is_mine(index)) {
      ++index;
    }
    return index;
  }

  const Truth& truth_;
  pubsub::Hub* hub_ = nullptr;
  pubsub::SubscriptionHandle handle_;
  std::vector<std::string> filters_;
  broker::Cursor cursor_;
  std::size_t seen_ = 0;   // index after the last message, or of the first to come
  bool known_ = false;     // cursor_ belongs to these filters
  bool may_skip_ = false;  // until it is live: a gap was announced, or it has the oldest ones
  bool started_ = false;
  bool backlogged_ = false;
  bool ends_ = false;
};

class World {
 public:
  explicit World(Choices& choices)
      : choices_(choices), engine_(clock_, engine_options(choices, truth_.may_lose)) {
    for (auto& hub : hubs_) {
      hub = std::make_unique<pubsub::Hub>(
          engine_, [] {},
          pubsub::Hub::Options{.page_messages = 1 + choices.below(4), .max_arrived = 2});
    }
    for (std::size_t i = 0; i < kClients; ++i) {
      clients_.push_back(std::make_unique<Client>(truth_));
    }
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { clients_.clear(); }

  void step() {
    switch (choices_.below(16)) {
      case 0:
      case 1:
      case 2:
        return client().subscribe(hub(), choices_);
      case 3:
        return client().end();
      case 4:
        return client().end_at_next_call();
      case 5:
        return client().set_backlogged(true);
      case 6:
        return client().set_backlogged(false);
      case 7:
      case 8:
        static_cast<void>(hub().poll(1 + choices_.below(8)));
        return;
      case 9:
        return fault();
      default:
        return publish(choices_.below(kTopics.size()));
    }
  }

  /// Ends all faults, and looks at what everybody has.
  void settle() {
    engine_.regain();
    drain();
    for (std::size_t topic = 0; topic < kTopics.size(); ++topic) {
      publish(topic);
    }
    drain();
    for (const auto& client : clients_) {
      client->check_complete();
    }
  }

 private:
  static broker::MemoryOptions engine_options(Choices& choices, bool& may_lose) {
    broker::MemoryOptions options;
    may_lose = choices.below(4) != 0;
    if (may_lose) {
      options.retention.messages_per_topic = choices.below(4);
      options.retention.topics = 1 + choices.below(6);
      options.retention.bytes = (1 + choices.below(8)) * broker::TopicStore::kMessageOverheadBytes;
      options.retention.age = std::chrono::seconds(1 + choices.below(8));
    }
    options.max_inbox_messages = 1 + choices.below(6);
    return options;
  }

  [[nodiscard]] Client& client() { return *clients_[choices_.below(kClients)]; }
  [[nodiscard]] pubsub::Hub& hub() { return *hubs_.at(choices_.below(kNodes)); }

  void publish(std::size_t topic) {
    const std::size_t index = truth_.topics.size();
    truth_.topics.emplace_back(kTopics.at(topic));
    hub().publish({.topic = kTopics.at(topic), .payload = std::to_string(index)});
  }

  void fault() {
    const std::size_t which = choices_.below(5);
    if (which == 0) {
      engine_.lose("fault");
    } else if (which == 1) {
      engine_.regain();
    } else if (which == 2) {
      clock_.advance(std::chrono::seconds(choices_.below(4)));
    } else if (!truth_.may_lose) {
      return;
    } else if (which == 3) {
      engine_.truncate(kTopics.at(choices_.below(kTopics.size())));
    } else {
      truth_.epochs.push_back(truth_.topics.size());
      engine_.new_epoch(truth_.epochs.size());
    }
  }

  void drain() {
    constexpr int kRounds = 3;  // a node that is told of a loss asks for what it has lost
    for (int round = 0; round < kRounds; ++round) {
      std::ranges::for_each(clients_, [](auto& client) { client->set_backlogged(false); });
      std::ranges::for_each(hubs_, poll_all);
    }
  }

  static void poll_all(const std::unique_ptr<pubsub::Hub>& hub) {
    while (hub->poll()) {
    }
  }

  Choices& choices_;
  Truth truth_;
  test::ManualClock clock_;
  broker::MemoryBroker engine_;
  std::array<std::unique_ptr<pubsub::Hub>, kNodes> hubs_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices({data, size});
  World world(choices);
  while (!choices.at_end()) {
    world.step();
  }
  world.settle();
  return 0;
}
