// SPDX-License-Identifier: MIT
#include <memory>
#include <string>
#include <vector>

#include "broker/memory_broker.h"
#include "pubsub/hub.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/receiver_log.h"

using namespace wskit;
using namespace wskit::pubsub;
using test::ReceiverLog;

namespace {

using Log = std::vector<std::string>;

broker::MemoryOptions keeping(std::size_t messages_per_topic) {
  broker::MemoryOptions options;
  options.retention.messages_per_topic = messages_per_topic;
  return options;
}

struct RecoveryFixture {
  explicit RecoveryFixture(const broker::MemoryOptions& options = {},
                           const Hub::Options& hub_options = {})
      : engine(clock, options), hub(engine, [] {}, hub_options) {}

  void publish(const std::string& topic, const std::string& payload) {
    hub.publish({.topic = topic, .payload = payload});
  }

  void poll_all() {
    while (hub.poll()) {
    }
  }

  [[nodiscard]] broker::Cursor now() {
    broker::Cursor cursor;
    hub.history({.filters = {"x"}},
                [&](const Expected<broker::History>& history) { cursor = history.value().now; });
    poll_all();
    return cursor;
  }

  test::ManualClock clock;
  broker::MemoryBroker engine;
  Hub hub;
};

}  // namespace

TEST_CASE("a subscriber that comes back gets what it missed, once and in order, then what is new") {
  RecoveryFixture fixture;
  fixture.publish("a", "1");
  const broker::Cursor cursor = fixture.now();
  fixture.publish("a", "2");
  fixture.publish("b", "3");
  ReceiverLog ann;
  const SubscriptionHandle subscription =
      fixture.hub.subscribe(ann, {.filters = {"a", "b"}, .start = cursor});
  fixture.publish("b", "4");
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "a=2", "b=3", "live", "b=4"});
  CHECK(ann.start.cursor == cursor);
  CHECK(ann.live_cursor.covers(broker::Position{0, 3, 0}));
  CHECK_FALSE(ann.live_cursor.covers(broker::Position{0, 4, 0}));
  CHECK(fixture.hub.counts().caught_up == 1);
  CHECK(fixture.hub.counts().gaps == 0);
}

TEST_CASE("a subscriber whose history is gone is told so, and gets what is left or what is new") {
  RecoveryFixture fixture(keeping(2));
  const broker::Cursor cursor = fixture.now();
  for (const char* const payload : {"1", "2", "3"}) {
    fixture.publish("a", payload);
  }
  ReceiverLog ann;
  const SubscriptionHandle of_ann = fixture.hub.subscribe(ann, {.filters = {"a"}, .start = cursor});
  ReceiverLog bob;
  const SubscriptionHandle of_bob =
      fixture.hub.subscribe(bob, {.filters = {"a"}, .start = cursor, .skip_after_gap = true});
  fixture.publish("a", "4");
  fixture.poll_all();
  CHECK(ann.take() == Log{"started incomplete", "a=2", "a=3", "live", "a=4"});
  CHECK(bob.take() == Log{"started incomplete", "live", "a=4"});
  CHECK(fixture.hub.counts().gaps == 2);

  ReceiverLog again;
  const SubscriptionHandle of_again =
      fixture.hub.subscribe(again, {.filters = {"a"}, .start = bob.start.cursor});
  fixture.poll_all();
  CHECK(again.take() == Log{"started", "a=4", "live"});
}

TEST_CASE("a topic is resumed by its own offset, and its state is told") {
  RecoveryFixture fixture(keeping(2));
  ReceiverLog first;
  const SubscriptionHandle subscription = fixture.hub.subscribe(first, {.filters = {"a"}});
  for (const char* const payload : {"1", "2", "3"}) {
    fixture.publish("a", payload);
  }
  fixture.poll_all();
  REQUIRE(first.start.topic);
  CHECK(first.start.topic->offset == 0);
  const auto resumed = [&](std::uint64_t offset) {
    ReceiverLog log;
    const SubscriptionHandle handle = fixture.hub.subscribe(
        log, {.filters = {"a"}, .start = broker::TopicState{first.start.topic->epoch, offset}});
    fixture.poll_all();
    CHECK(log.start.topic->offset == 3);
    return log.take();
  };
  CHECK(resumed(1) == Log{"started", "a=2", "a=3", "live"});
  CHECK(resumed(3) == Log{"started", "live"});
  CHECK(resumed(0) == Log{"started incomplete", "a=2", "a=3", "live"});
}

TEST_CASE("a long history comes in pages, as fast as the receiver takes it") {
  RecoveryFixture fixture({}, {.page_messages = 2});
  for (const char* const payload : {"1", "2", "3", "4", "5"}) {
    fixture.publish("a", payload);
  }
  ReceiverLog ann;
  ann.room = 2;
  const SubscriptionHandle subscription =
      fixture.hub.subscribe(ann, {.filters = {"a"}, .start = broker::FromOldest()});
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "a=1", "a=2"});
  fixture.publish("a", "6");
  fixture.poll_all();
  CHECK(ann.take().empty());
  ann.room = 2;
  fixture.hub.resume(*subscription);
  fixture.hub.resume(*subscription);
  fixture.poll_all();
  CHECK(ann.take() == Log{"a=3", "a=4"});
  ann.room = SIZE_MAX;
  fixture.hub.resume(*subscription);
  fixture.poll_all();
  CHECK(ann.take() == Log{"a=5", "a=6", "live"});
  fixture.hub.resume(*subscription);
  fixture.publish("a", "7");
  fixture.poll_all();
  CHECK(ann.take() == Log{"a=7"});
}

TEST_CASE("a receiver that has no more room within a page gets the rest once it has") {
  RecoveryFixture fixture;
  for (const char* const payload : {"1", "2", "3", "4", "5"}) {
    fixture.publish("a", payload);
    fixture.publish("b", payload);
  }
  ReceiverLog ann;
  ann.room = 3;
  const SubscriptionHandle subscription =
      fixture.hub.subscribe(ann, {.filters = {"a"}, .start = broker::FromOldest()});
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "a=1", "a=2", "a=3"});
  fixture.hub.resume(*subscription);
  fixture.poll_all();
  CHECK(ann.take() == Log{"a=4"});  // it asked for it, after all
  fixture.publish("a", "6");
  fixture.poll_all();
  CHECK(ann.take().empty());
  ann.room = SIZE_MAX;
  fixture.hub.resume(*subscription);
  fixture.publish("a", "7");
  fixture.poll_all();
  CHECK(ann.take() == Log{"a=5", "a=6", "live", "a=7"});
}

TEST_CASE("a receiver that takes the past too slowly for the history is told of the gap") {
  RecoveryFixture fixture(keeping(4), {.page_messages = 2});
  for (const char* const payload : {"1", "2", "3", "4"}) {
    fixture.publish("a", payload);
  }
  ReceiverLog ann;
  ann.room = 2;
  const SubscriptionHandle subscription =
      fixture.hub.subscribe(ann, {.filters = {"a"}, .start = broker::FromOldest()});
  fixture.poll_all();
  for (const char* const payload : {"5", "6", "7"}) {
    fixture.publish("a", payload);  // 3 goes, which it has not seen
  }
  ann.room = SIZE_MAX;
  fixture.hub.resume(*subscription);
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "a=1", "a=2", "gap", "a=4", "a=5", "a=6", "a=7", "live"});
}

TEST_CASE("what a lost engine kept back comes when it is back, once and in order") {
  RecoveryFixture fixture;
  ReceiverLog ann;
  ReceiverLog bob;
  const SubscriptionHandle of_ann = fixture.hub.subscribe(ann, {.filters = {"a"}});
  const SubscriptionHandle of_bob = fixture.hub.subscribe(bob, {.filters = {"b"}});
  fixture.publish("a", "1");
  fixture.poll_all();
  ann.log.clear();
  bob.log.clear();
  CHECK(fixture.hub.ready());
  fixture.engine.lose("fault");
  fixture.publish("a", "2");
  fixture.publish("b", "3");
  fixture.poll_all();
  CHECK_FALSE(fixture.hub.ready());
  CHECK(fixture.hub.lost() == "fault");
  ReceiverLog late;
  const SubscriptionHandle of_late = fixture.hub.subscribe(late, {.filters = {"a"}});
  fixture.poll_all();
  fixture.publish("a", "4");
  fixture.engine.regain();
  fixture.publish("a", "5");
  fixture.poll_all();
  CHECK(fixture.hub.ready());
  CHECK(ann.take() == Log{"a=2", "a=4", "a=5", "live"});
  CHECK(bob.take() == Log{"b=3", "live"});
  CHECK(late.take() == Log{"started", "live", "a=4", "a=5", "live"});
}

TEST_CASE("what a lost engine lost for good is told as a gap") {
  RecoveryFixture fixture(keeping(1));
  ReceiverLog ann;
  const SubscriptionHandle subscription = fixture.hub.subscribe(ann, {.filters = {"a"}});
  fixture.publish("a", "1");
  fixture.poll_all();
  fixture.engine.lose("fault");
  fixture.publish("a", "2");
  fixture.publish("a", "3");
  fixture.engine.regain();
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "live", "a=1", "gap", "a=3", "live"});
}

TEST_CASE("an engine that forgot everything is a gap for all, who then go on") {
  RecoveryFixture fixture;
  ReceiverLog ann;
  const SubscriptionHandle subscription = fixture.hub.subscribe(ann, {.filters = {"a"}});
  fixture.publish("a", "1");
  fixture.poll_all();
  ann.log.clear();
  fixture.engine.new_epoch(99);
  fixture.poll_all();
  fixture.publish("a", "2");
  fixture.poll_all();
  CHECK(ann.take() == Log{"gap", "live", "a=2"});
  CHECK(ann.last_gap.cursor.epoch() == 99);
}

TEST_CASE("a node that was too slow for its inbox makes up for it") {
  broker::MemoryOptions options;
  options.max_inbox_messages = 2;
  RecoveryFixture fixture(options);
  ReceiverLog ann;
  const SubscriptionHandle subscription = fixture.hub.subscribe(ann, {.filters = {"a"}});
  fixture.poll_all();
  ann.log.clear();
  Log expected;
  for (int i = 0; i < 10; ++i) {
    fixture.publish("a", std::to_string(i));
    expected.push_back("a=" + std::to_string(i));
  }
  fixture.poll_all();
  expected.emplace_back("live");
  CHECK(ann.take() == expected);
}

TEST_CASE("an engine that cannot read the history fails the subscription") {
  RecoveryFixture fixture;
  ReceiverLog ann;
  const SubscriptionHandle subscription = fixture.hub.subscribe(
      ann, {.filters = {"+"}, .start = broker::TopicState{.epoch = "e", .offset = 1}});
  fixture.publish("a", "1");
  fixture.poll_all();
  fixture.publish("a", "2");
  fixture.poll_all();
  REQUIRE(ann.log.size() == 1);
  CHECK(ann.log.front().starts_with("failed: history of '+'"));
}
