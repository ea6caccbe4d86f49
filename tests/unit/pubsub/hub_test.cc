// SPDX-License-Identifier: MIT
#include "pubsub/hub.h"

#include <memory>
#include <string>
#include <vector>

#include "broker/memory_broker.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/receiver_log.h"

using namespace wskit;
using namespace wskit::pubsub;
using namespace std::chrono_literals;
using test::ReceiverLog;

namespace {

using Log = std::vector<std::string>;

struct HubFixture {
  void publish(const std::string& topic, const std::string& payload,
               const std::string& connection = {}) {
    hub.publish({.topic = topic, .payload = payload, .publisher = {.connection = connection}});
  }

  void poll_all() {
    while (hub.poll()) {
    }
  }

  test::ManualClock clock;
  broker::MemoryBroker engine{clock, {}};
  Hub hub{engine, [] {}};
};

}  // namespace

TEST_CASE("a subscriber hears what is published after it began, and no longer than it wants") {
  HubFixture fixture;
  ReceiverLog ann;
  fixture.publish("a", "before");
  SubscriptionHandle subscription = fixture.hub.subscribe(ann, {.filters = {"a"}});
  CHECK_FALSE(subscription->live());
  fixture.publish("a", "1");
  fixture.publish("b", "2");
  fixture.publish("a", "3");
  CHECK(ann.log.empty());
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "live", "a=1", "a=3"});
  CHECK(subscription->live());
  subscription = nullptr;
  fixture.publish("a", "4");
  fixture.poll_all();
  CHECK(ann.log.empty());
  CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("what the node had not read yet when a subscription began is not for it") {
  HubFixture fixture;
  ReceiverLog first;
  const SubscriptionHandle one = fixture.hub.subscribe(first, {.filters = {"a"}});
  fixture.poll_all();
  fixture.publish("a", "1");
  ReceiverLog second;
  const SubscriptionHandle two = fixture.hub.subscribe(second, {.filters = {"a"}});
  fixture.publish("a", "2");
  fixture.poll_all();
  CHECK(first.take() == Log{"started", "live", "a=1", "a=2"});
  CHECK(second.take() == Log{"started", "live", "a=2"});
}

TEST_CASE("a message comes once to a subscription with several filters that match") {
  HubFixture fixture;
  ReceiverLog ann;
  const SubscriptionHandle subscription =
      fixture.hub.subscribe(ann, {.filters = {"a/#", "a/b", "+/b", "a/b"}});
  fixture.publish("a/b", "1");
  fixture.publish("a/c", "2");
  fixture.publish("c/c", "3");
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "live", "a/b=1", "a/c=2"});
}

TEST_CASE("a connection is spared its own messages if it asks for that, live and from the past") {
  HubFixture fixture;
  ReceiverLog ann;
  ReceiverLog bob;
  fixture.publish("a", "old", "ann");
  const SubscriptionHandle of_ann = fixture.hub.subscribe(
      ann, {.filters = {"a"}, .start = broker::FromOldest(), .no_echo = "ann"});
  const SubscriptionHandle of_bob = fixture.hub.subscribe(bob, {.filters = {"a"}});
  fixture.publish("a", "1", "ann");
  fixture.publish("a", "2", "bob");
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "live", "a=2"});
  CHECK(bob.take() == Log{"started", "live", "a=1", "a=2"});
}

TEST_CASE("a receiver may end its subscription and others' in the midst of a fan-out") {
  HubFixture fixture;
  std::vector<ReceiverLog> logs(4);
  std::vector<SubscriptionHandle> subscriptions;
  subscriptions.reserve(logs.size());
  for (ReceiverLog& log : logs) {
    subscriptions.push_back(fixture.hub.subscribe(log, {.filters = {"a", "+"}}));
  }
  fixture.poll_all();
  int deliveries = 0;
  for (ReceiverLog& log : logs) {
    log.log.clear();
    log.on_entry = [&](const std::string&) {
      // Whoever comes first ends all, itself too.
      ++deliveries;
      subscriptions.clear();
    };
  }
  fixture.publish("a", "1");
  fixture.publish("a", "2");
  fixture.poll_all();
  CHECK(deliveries == 1);
  CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("a receiver may destroy itself within any call") {
  const std::string last = GENERATE("started", "a=1", "live", "a=2");
  HubFixture fixture;
  fixture.publish("a", "1");
  auto receiver = std::make_unique<ReceiverLog>();
  SubscriptionHandle subscription =
      fixture.hub.subscribe(*receiver, {.filters = {"a"}, .start = broker::FromOldest()});
  receiver->on_entry = [&](const std::string& entry) {
    if (entry == last) {
      subscription = nullptr;
      receiver = nullptr;
    }
  };
  fixture.publish("a", "2");
  fixture.poll_all();
  fixture.publish("a", "2");
  fixture.poll_all();
  CHECK(receiver == nullptr);
  CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("a receiver may begin new subscriptions in the midst of a fan-out") {
  HubFixture fixture;
  ReceiverLog ann;
  ReceiverLog bob;
  std::vector<SubscriptionHandle> more;
  const SubscriptionHandle subscription = fixture.hub.subscribe(ann, {.filters = {"a"}});
  fixture.poll_all();
  ann.on_entry = [&](const std::string&) {
    more.push_back(fixture.hub.subscribe(bob, {.filters = {"a"}}));
  };
  fixture.publish("a", "1");
  fixture.poll_all();
  CHECK(bob.take() == Log{"started", "live"});
  ann.on_entry = nullptr;
  fixture.publish("a", "2");
  fixture.poll_all();
  CHECK(bob.take() == Log{"a=2"});
}

TEST_CASE("a publisher is told the message's cursor once the engine has it, unless it gave up") {
  HubFixture fixture;
  std::string id;
  fixture.hub.publish({.topic = "a", .payload = "1"},
                      [&](const Expected<broker::PublishAck>& ack) { id = ack.value().id; });
  bool told = false;
  const broker::Token token = fixture.hub.publish(
      {.topic = "a", .payload = "2"}, [&](const Expected<broker::PublishAck>&) { told = true; });
  fixture.hub.forget(token);
  CHECK(id.empty());
  fixture.poll_all();
  CHECK_FALSE(told);

  ReceiverLog ann;
  const SubscriptionHandle subscription =
      fixture.hub.subscribe(ann, {.filters = {"a"}, .start = broker::Cursor::parse(id).value()});
  fixture.poll_all();
  CHECK(ann.take() == Log{"started", "a=2", "live"});
}

TEST_CASE("a quiet subscription's cursor moves on with what the node has seen") {
  HubFixture fixture;
  ReceiverLog ann;
  ReceiverLog bob;
  const SubscriptionHandle quiet = fixture.hub.subscribe(ann, {.filters = {"quiet"}});
  const SubscriptionHandle busy = fixture.hub.subscribe(bob, {.filters = {"busy"}});
  fixture.poll_all();
  CHECK(fixture.hub.cursor(*quiet) == ann.live_cursor);
  fixture.publish("busy", "1");
  fixture.poll_all();
  CHECK(fixture.hub.cursor(*quiet).text() == bob.last_id);
  CHECK(fixture.hub.cursor(*busy).text() == bob.last_id);
}

TEST_CASE("nodes hear each other, in one order") {
  HubFixture fixture;
  int wakes = 0;
  Hub other(fixture.engine, [&] { ++wakes; });
  ReceiverLog ann;
  ReceiverLog bob;
  const SubscriptionHandle of_ann = fixture.hub.subscribe(ann, {.filters = {"a"}});
  const SubscriptionHandle of_bob = other.subscribe(bob, {.filters = {"a"}});
  fixture.poll_all();
  CHECK(other.poll() == false);
  fixture.publish("a", "1");
  other.publish({.topic = "a", .payload = "2"});
  fixture.publish("a", "3");
  CHECK(wakes == 1);
  fixture.poll_all();
  CHECK(other.poll() == false);
  const Log expected{"started", "live", "a=1", "a=2", "a=3"};
  CHECK(ann.take() == expected);
  CHECK(bob.take() == expected);
}

TEST_CASE("who asks for presence hears of who joins and leaves") {
  HubFixture fixture;
  ReceiverLog ann;
  ReceiverLog bob;
  const SubscriptionHandle of_ann =
      fixture.hub.subscribe(ann, {.filters = {"room"}, .presence = true});
  const SubscriptionHandle of_bob = fixture.hub.subscribe(bob, {.filters = {"room"}});
  fixture.poll_all();
  ann.log.clear();
  bob.log.clear();
  fixture.hub.join("room", {.connection = "c1", .user = "u"});
  fixture.hub.join("hall", {.connection = "c1"});
  std::vector<broker::Member> present;
  fixture.hub.members("room", [&](const Expected<std::vector<broker::Member>>& members) {
    present = members.value();
  });
  fixture.poll_all();
  CHECK(present == std::vector{broker::Member{.connection = "c1", .user = "u"}});
  fixture.hub.leave("room", "c1");
  fixture.poll_all();
  CHECK(ann.take() == Log{"+c1@room", "-c1@room"});
  CHECK(bob.take().empty());
}

TEST_CASE("a session that one node stores another takes") {
  HubFixture fixture;
  Hub other(fixture.engine, [] {});
  fixture.hub.sessions().store("k", "blob", 10s);
  std::vector<std::string> taken;
  for (int i = 0; i < 2; ++i) {
    other.sessions().take("k", [&](const Expected<std::optional<std::string>>& session) {
      taken.push_back(session.value().value_or("none"));
      other.sessions().drop("k");
    });
  }
  while (other.poll()) {
  }
  CHECK(taken == Log{"blob", "none"});
}

TEST_CASE("history can be read without a subscription") {
  HubFixture fixture;
  fixture.publish("a", "1");
  std::size_t count = 0;
  fixture.hub.history(
      {.filters = {"a"}, .start = broker::FromOldest()},
      [&](const Expected<broker::History>& history) { count = history.value().messages.size(); });
  fixture.poll_all();
  CHECK(count == 1);
}
