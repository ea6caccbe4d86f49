// SPDX-License-Identifier: MIT
// The hub on an engine that promises less than the one in memory: several partitions, answers that
// overtake messages, messages that come twice.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "core/check.h"
#include "pubsub/hub.h"
#include "tests/support/catch.h"
#include "tests/support/receiver_log.h"

using namespace wskit;
using namespace wskit::broker;
using pubsub::Hub;
using pubsub::SubscriptionHandle;
using test::ReceiverLog;

namespace {

using Log = std::vector<std::string>;

constexpr std::uint64_t kEpoch = 1;

MessagePtr message(std::uint32_t partition, std::uint64_t number) {
  Message made;
  made.topic = "t" + std::to_string(partition);
  made.payload = std::to_string(number);
  made.epoch = kEpoch;
  made.position = {.partition = partition, .major = number, .minor = 0};
  return std::make_shared<Message>(std::move(made));
}

/// Tells one node what a test wants it to hear, and keeps what was asked.
class ScriptedBroker final : public Broker {
 public:
  std::vector<std::pair<Token, HistoryRequest>> reads;
  std::vector<std::string> interests;

  void say(std::function<void(Listener&)> event) { events_.push_back(std::move(event)); }
  void say_message(const MessagePtr& message) {
    say([message](Listener& listener) { listener.on_message(message); });
  }
  /// Answers the oldest question.
  void answer(const History& history) {
    check(!reads.empty(), "history was asked for");
    say([token = reads.front().first, history](Listener& listener) {
      listener.on_history(token, history);
    });
    reads.erase(reads.begin());
  }

  [[nodiscard]] std::string_view name() const override { return "scripted"; }
  [[nodiscard]] std::string_view guarantee() const override { return "none"; }
  [[nodiscard]] NodeId attach(Listener& listener, std::function<void()> /*wake*/) override {
    listener_ = &listener;
    return 0;
  }
  void detach(NodeId /*node*/) override { listener_ = nullptr; }
  [[nodiscard]] bool poll(NodeId /*node*/, std::size_t /*max_events*/) override {
    for (const auto& event : std::exchange(events_, {})) {
      event(*listener_);
    }
    return false;
  }
  void interest(NodeId /*node*/, std::string_view filter, bool on) override {
    interests.push_back((on ? "+" : "-") + std::string(filter));
  }
  void history(NodeId /*node*/, Token token, HistoryRequest request) override {
    reads.emplace_back(token, std::move(request));
  }
  void publish(NodeId /*node*/, Token /*token*/, PublishRequest /*request*/) override {}
  void join(NodeId /*node*/, std::string_view /*topic*/, Member /*member*/) override {}
  void leave(NodeId /*node*/, std::string_view /*topic*/,
             std::string_view /*connection*/) override {}
  void members(NodeId /*node*/, Token /*token*/, std::string_view /*topic*/) override {}
  void hold_session(NodeId /*node*/, std::string_view /*key*/) override {}
  void store_session(NodeId /*node*/, std::string_view /*key*/, std::string /*session*/,
                     Nanoseconds /*ttl*/) override {}
  void drop_session(NodeId /*node*/, std::string_view /*key*/) override {}
  void take_session(NodeId /*node*/, Token /*token*/, std::string_view /*key*/) override {}

 private:
  Listener* listener_ = nullptr;
  std::vector<std::function<void(Listener&)>> events_;
};

History has(std::vector<MessagePtr> messages, const Cursor& cursor) {
  History history;
  history.messages = std::move(messages);
  history.cursor = history.now = cursor;
  history.start = Cursor(kEpoch);
  return history;
}

Cursor seen(const std::vector<Position>& positions) {
  Cursor cursor(kEpoch);
  for (const Position& position : positions) {
    cursor.advance(position);
  }
  return cursor;
}

struct Fixture {
  ScriptedBroker engine;
  Hub hub{engine, [] {}};
  ReceiverLog ann;
};

}  // namespace

TEST_CASE("messages that came while the history was read are not repeated from it") {
  Fixture fixture;
  const SubscriptionHandle subscription =
      fixture.hub.subscribe(fixture.ann, {.filters = {"#"}, .start = FromOldest()});
  fixture.engine.say_message(message(0, 2));
  fixture.engine.say_message(message(0, 3));
  fixture.engine.say_message(message(1, 7));
  fixture.engine.answer(has({message(0, 1), message(0, 2)}, seen({{0, 2, 0}, {1, 6, 0}})));
  fixture.hub.poll();
  CHECK(fixture.ann.take() == Log{"started", "t0=1", "t0=2", "t0=3", "t1=7", "live"});
}

TEST_CASE("messages that an answer has overtaken are not delivered again when they come") {
  Fixture fixture;
  const SubscriptionHandle subscription =
      fixture.hub.subscribe(fixture.ann, {.filters = {"#"}, .start = FromOldest()});
  fixture.engine.answer(
      has({message(0, 1), message(1, 5), message(0, 2)}, seen({{0, 2, 0}, {1, 5, 0}})));
  fixture.engine.say_message(message(0, 1));
  fixture.engine.say_message(message(0, 2));
  fixture.engine.say_message(message(0, 3));
  fixture.engine.say_message(message(1, 5));
  fixture.engine.say_message(message(1, 6));
  fixture.hub.poll();
  CHECK(fixture.ann.take() == Log{"started", "t0=1", "t1=5", "t0=2", "live", "t0=3", "t1=6"});
}

TEST_CASE("a message that the engine sends twice is delivered once") {
  Fixture fixture;
  const SubscriptionHandle subscription = fixture.hub.subscribe(fixture.ann, {.filters = {"#"}});
  fixture.engine.answer(has({}, seen({})));
  for (const std::uint64_t number : {1U, 2U, 1U, 2U, 3U}) {
    fixture.engine.say_message(message(0, number));
  }
  fixture.hub.poll();
  CHECK(fixture.ann.take() == Log{"started", "live", "t0=1", "t0=2", "t0=3"});
  CHECK(fixture.hub.counts().repeated == 2);
}

TEST_CASE("after a loss the history is read from what has been seen of every partition") {
  Fixture fixture;
  const SubscriptionHandle subscription = fixture.hub.subscribe(fixture.ann, {.filters = {"#"}});
  fixture.engine.answer(has({}, seen({{0, 4, 0}, {1, 9, 0}})));
  fixture.engine.say_message(message(0, 5));
  fixture.engine.say([](Listener& listener) { listener.on_lost("gone"); });
  fixture.engine.say([](Listener& listener) { listener.on_regained(); });
  fixture.hub.poll();
  REQUIRE(fixture.engine.reads.size() == 1);
  CHECK(std::get<Cursor>(fixture.engine.reads.front().second.start) ==
        seen({{0, 5, 0}, {1, 9, 0}}));
}

TEST_CASE("live messages that were too many during a read are read from the history instead") {
  ScriptedBroker engine;
  Hub hub(engine, [] {}, {.max_arrived = 2});
  ReceiverLog ann;
  const SubscriptionHandle subscription =
      hub.subscribe(ann, {.filters = {"#"}, .start = FromOldest()});
  for (const std::uint64_t number : {2U, 3U, 4U}) {
    engine.say_message(message(0, number));
  }
  engine.answer(has({message(0, 1)}, seen({{0, 1, 0}})));
  hub.poll();
  CHECK(ann.take() == Log{"started", "t0=1"});
  REQUIRE(engine.reads.size() == 1);
  CHECK(std::get<Cursor>(engine.reads.front().second.start) == seen({{0, 1, 0}}));
  engine.answer(has({message(0, 2), message(0, 3), message(0, 4)}, seen({{0, 4, 0}})));
  hub.poll();
  CHECK(ann.take() == Log{"t0=2", "t0=3", "t0=4", "live"});
}

TEST_CASE("the engine hears of a filter's first subscriber and of its last") {
  Fixture fixture;
  SubscriptionHandle one = fixture.hub.subscribe(fixture.ann, {.filters = {"a", "b/#"}});
  SubscriptionHandle two = fixture.hub.subscribe(fixture.ann, {.filters = {"a"}});
  CHECK(fixture.engine.interests == Log{"+a", "+b/#"});
  one = nullptr;
  CHECK(fixture.engine.interests == Log{"+a", "+b/#", "-b/#"});
  two = nullptr;
  CHECK(fixture.engine.interests == Log{"+a", "+b/#", "-b/#", "-a"});
}
