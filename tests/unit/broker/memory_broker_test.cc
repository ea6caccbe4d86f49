// SPDX-License-Identifier: MIT
#include "broker/memory_broker.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

using namespace wskit;
using namespace wskit::broker;
using namespace std::chrono_literals;

namespace {

using Log = std::vector<std::string>;

/// A node that writes down what it is told.
class Node final : public Listener {
 public:
  explicit Node(MemoryBroker& engine)
      : engine_(engine), id_(engine.attach(*this, [this] { ++wakes; })) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() override { engine_.detach(id_); }

  int wakes = 0;
  PublishAck ack;
  History history;
  std::function<void()> on_lost_call;

  [[nodiscard]] NodeId id() const { return id_; }

  /// What it is told by polling until nothing is left.
  Log told() {
    while (engine_.poll(id_, 100)) {
    }
    return std::exchange(log_, {});
  }

  bool poll(std::size_t events) { return engine_.poll(id_, events); }
  [[nodiscard]] const Log& log() const { return log_; }

  void on_message(const MessagePtr& message) override {
    log_.push_back(message->topic + "=" + message->payload);
  }
  void on_presence(const PresenceEvent& event) override {
    log_.push_back((event.joined ? "+" : "-") + event.member.connection + "@" + event.topic);
  }
  void on_published(Token token, const Expected<PublishAck>& answer) override {
    ack = answer.value();
    log_.push_back("published " + std::to_string(token));
  }
  void on_history(Token token, Expected<History> answer) override {
    history = std::move(answer.value());
    log_.push_back("history " + std::to_string(token));
  }
  void on_members(Token token, Expected<std::vector<Member>> members) override {
    std::string text = "members " + std::to_string(token);
    for (const Member& member : members.value()) {
      text.append(" ").append(member.connection).append(":").append(member.info);
    }
    log_.push_back(text);
  }
  void on_session(Token /*token*/, Expected<std::optional<std::string>> session) override {
    log_.push_back("session " + session.value().value_or("none"));
  }
  void on_session_wanted(std::string_view key) override {
    log_.push_back("wanted " + std::string(key));
  }
  void on_lost(std::string_view why) override {
    log_.push_back("lost: " + std::string(why));
    if (on_lost_call) {
      on_lost_call();
    }
  }
  void on_regained() override { log_.emplace_back("regained"); }

 private:
  MemoryBroker& engine_;
  NodeId id_;
  Log log_;
};

struct Fixture {
  explicit Fixture(const MemoryOptions& options = {}) : engine(clock, options) {}

  void publish(Node& from, const std::string& topic, const std::string& payload,
               Token token = kNoAnswer) {
    engine.publish(from.id(), token, {.topic = topic, .payload = payload});
  }

  test::ManualClock clock;
  MemoryBroker engine;
};

}  // namespace

TEST_CASE("all nodes hear what they are interested in, in the same order") {
  Fixture fixture;
  Node one(fixture.engine);
  Node two(fixture.engine);
  fixture.engine.interest(one.id(), "a/#", true);
  fixture.engine.interest(two.id(), "a/b", true);
  fixture.engine.interest(two.id(), "+/+", true);
  fixture.publish(one, "a/b", "1", 5);
  fixture.publish(two, "a/c", "2");
  fixture.publish(two, "b", "3");
  fixture.publish(one, "a/b", "4");
  CHECK(one.told() == Log{"a/b=1", "published 5", "a/c=2", "a/b=4"});
  CHECK(two.told() == Log{"a/b=1", "a/c=2", "a/b=4"});
  CHECK(one.ack.offset == 1);
  CHECK(one.ack.position == Position{0, 1, 0});

  fixture.engine.interest(one.id(), "a/#", false);
  fixture.publish(two, "a/b", "5");
  CHECK(one.told().empty());
  CHECK(two.told() == Log{"a/b=5"});
}

TEST_CASE("a node is woken once for what others cause, and not for its own calls") {
  Fixture fixture;
  Node one(fixture.engine);
  Node two(fixture.engine);
  fixture.engine.interest(one.id(), "a", true);
  fixture.publish(one, "a", "1");
  CHECK(one.wakes == 0);
  fixture.publish(two, "a", "2");
  fixture.publish(two, "a", "3");
  CHECK(one.wakes == 1);
  CHECK(one.told() == Log{"a=1", "a=2", "a=3"});
  fixture.publish(two, "a", "4");
  CHECK(one.wakes == 2);
}

TEST_CASE("a poll tells no more than it was asked to, and whether there is more") {
  Fixture fixture;
  Node node(fixture.engine);
  fixture.engine.interest(node.id(), "a", true);
  for (int i = 0; i < 5; ++i) {
    fixture.publish(node, "a", std::to_string(i));
  }
  CHECK(node.poll(3));
  CHECK(node.log() == Log{"a=0", "a=1", "a=2"});
  fixture.publish(node, "a", "5");
  CHECK(node.poll(2));
  CHECK_FALSE(node.poll(3));
  CHECK(node.log() == Log{"a=0", "a=1", "a=2", "a=3", "a=4", "a=5"});
}

TEST_CASE("history answers stand between what they have and what comes later") {
  Fixture fixture;
  Node node(fixture.engine);
  Node other(fixture.engine);
  fixture.publish(other, "a", "1");
  fixture.engine.interest(node.id(), "a", true);
  fixture.publish(other, "a", "2");
  fixture.engine.history(node.id(), 9, {.filters = {"a"}, .start = FromOldest()});
  fixture.publish(other, "a", "3");
  CHECK(node.told() == Log{"a=2", "history 9", "a=3"});
  CHECK(node.history.messages.size() == 2);
  CHECK(node.history.cursor.covers(Position{0, 2, 0}));
  CHECK_FALSE(node.history.cursor.covers(Position{0, 3, 0}));
}

TEST_CASE("a key is published once within its time") {
  MemoryOptions options;
  options.publish_key_ttl = 10s;
  Fixture fixture(options);
  Node node(fixture.engine);
  fixture.engine.interest(node.id(), "a", true);
  const auto publish = [&] {
    fixture.engine.publish(node.id(), 1, {.topic = "a", .payload = "x", .key = "k"});
    return node.told();
  };
  CHECK(publish() == Log{"a=x", "published 1"});
  CHECK_FALSE(node.ack.duplicate);
  const std::string id = node.ack.id;
  fixture.clock.advance(9s);
  CHECK(publish() == Log{"published 1"});
  CHECK(node.ack.duplicate);
  CHECK(node.ack.id == id);
  CHECK(node.ack.offset == 1);
  fixture.clock.advance(1s);
  CHECK(publish() == Log{"a=x", "published 1"});
  CHECK(node.ack.offset == 2);
}

TEST_CASE("members join and leave where others can see it, and leave with their node") {
  Fixture fixture;
  Node one(fixture.engine);
  auto two = std::make_unique<Node>(fixture.engine);
  fixture.engine.interest(one.id(), "room", true);
  fixture.engine.join(one.id(), "room", {.connection = "c1", .user = "ann", .info = "x"});
  fixture.engine.join(two->id(), "room", {.connection = "c2"});
  fixture.engine.join(two->id(), "hall", {.connection = "c2"});
  fixture.engine.join(one.id(), "room", {.connection = "c1", .user = "ann", .info = "y"});
  fixture.engine.members(one.id(), 3, "room");
  CHECK(one.told() == Log{"+c1@room", "+c2@room", "members 3 c1:y c2:"});
  fixture.engine.leave(one.id(), "room", "c1");
  fixture.engine.leave(one.id(), "room", "c1");
  fixture.engine.leave(one.id(), "nowhere", "c1");
  two = nullptr;
  fixture.engine.members(one.id(), 4, "room");
  CHECK(one.told() == Log{"-c1@room", "-c2@room", "members 4"});
}

TEST_CASE("a node that is gone hears nothing, whatever it was interested in") {
  Fixture fixture;
  Node one(fixture.engine);
  auto two = std::make_unique<Node>(fixture.engine);
  for (const NodeId node : {one.id(), two->id()}) {
    fixture.engine.interest(node, "a", true);
  }
  fixture.publish(one, "a", "1");
  two = nullptr;
  fixture.publish(one, "a", "2");
  CHECK(one.told() == Log{"a=1", "a=2"});
}

TEST_CASE("a session is taken once, by any node, while its time lasts") {
  Fixture fixture;
  Node one(fixture.engine);
  Node two(fixture.engine);
  fixture.engine.store_session(one.id(), "k", "blob", 10s);
  fixture.engine.take_session(two.id(), 1, "k");
  CHECK(two.told() == Log{"session blob"});
  fixture.engine.drop_session(two.id(), "k");
  fixture.engine.take_session(one.id(), 1, "k");
  CHECK(one.told() == Log{"session none"});
  fixture.engine.store_session(one.id(), "k", "old", 10s);
  fixture.engine.store_session(one.id(), "k", "new", 20s);
  fixture.clock.advance(10s);
  fixture.engine.take_session(one.id(), 1, "k");
  CHECK(one.told() == Log{"session new"});
  fixture.engine.store_session(one.id(), "k", "late", 10s);
  fixture.clock.advance(10s);
  fixture.engine.take_session(one.id(), 1, "k");
  CHECK(one.told() == Log{"session none"});
}

TEST_CASE("who holds a session is told, once, that it is wanted, and the takers get it in turn") {
  Fixture fixture;
  Node one(fixture.engine);
  Node two(fixture.engine);
  Node three(fixture.engine);
  fixture.engine.hold_session(one.id(), "k");
  fixture.engine.take_session(two.id(), 1, "k");
  fixture.engine.take_session(three.id(), 1, "k");
  CHECK(one.wakes == 1);
  CHECK(one.told() == Log{"wanted k"});
  CHECK(two.told().empty());
  fixture.engine.store_session(one.id(), "k", "blob", 10s);
  CHECK(two.told() == Log{"session blob", "wanted k"});
  CHECK(three.told().empty());
  fixture.engine.hold_session(two.id(), "k");
  fixture.engine.take_session(one.id(), 1, "k");
  CHECK(two.told().empty());
  fixture.engine.store_session(two.id(), "k", "more", 10s);
  CHECK(three.told() == Log{"session more", "wanted k"});
  // Nothing can go on with it.
  fixture.engine.drop_session(three.id(), "k");
  CHECK(one.told() == Log{"session none"});
  fixture.engine.take_session(one.id(), 2, "k");
  CHECK(one.told() == Log{"session none"});
}

TEST_CASE("with its node a session that it held is gone, and who has waited for it is told") {
  Fixture fixture;
  Node one(fixture.engine);
  auto two = std::make_unique<Node>(fixture.engine);
  fixture.engine.hold_session(two->id(), "k");
  fixture.engine.take_session(one.id(), 1, "k");
  two = nullptr;
  CHECK(one.told() == Log{"session none"});
  // A node that waits and goes does not get it.
  two = std::make_unique<Node>(fixture.engine);
  fixture.engine.hold_session(one.id(), "k");
  fixture.engine.take_session(two->id(), 1, "k");
  two = nullptr;
  CHECK(one.told() == Log{"wanted k"});
  fixture.engine.store_session(one.id(), "k", "blob", 10s);
  fixture.engine.take_session(one.id(), 2, "k");
  CHECK(one.told() == Log{"session blob"});
}

TEST_CASE("beyond its limit the session that would end first is dropped") {
  MemoryOptions options;
  options.max_sessions = 2;
  Fixture fixture(options);
  Node node(fixture.engine);
  fixture.engine.store_session(node.id(), "a", "1", 30s);
  fixture.engine.store_session(node.id(), "b", "2", 10s);
  fixture.engine.store_session(node.id(), "c", "3", 20s);
  for (const char* const key : {"a", "b", "c"}) {
    fixture.engine.take_session(node.id(), 1, key);
  }
  CHECK(node.told() == Log{"session 1", "session none", "session 3"});
}

TEST_CASE("a node that does not read loses its messages, is told so, and keeps its answers") {
  MemoryOptions options;
  options.max_inbox_messages = 3;
  Fixture fixture(options);
  Node slow(fixture.engine);
  Node other(fixture.engine);
  fixture.engine.interest(slow.id(), "a", true);
  fixture.publish(slow, "a", "1", 1);
  for (int i = 2; i <= 6; ++i) {
    fixture.publish(other, "a", std::to_string(i));
  }
  CHECK(slow.told() ==
        Log{"published 1", "lost: messages were dropped before they were read", "regained"});
  fixture.publish(other, "a", "7");
  CHECK(slow.told() == Log{"a=7"});
}

TEST_CASE("an inbox is limited by bytes too, but takes a single message of any size") {
  MemoryOptions options;
  options.max_inbox_bytes = 4;
  Fixture fixture(options);
  Node node(fixture.engine);
  fixture.engine.interest(node.id(), "a", true);
  fixture.publish(node, "a", "12345678");
  CHECK(node.told() == Log{"a=12345678"});
  fixture.publish(node, "a", "12");
  fixture.publish(node, "a", "34");
  CHECK(node.told() == Log{"a=12", "a=34"});
  fixture.publish(node, "a", "12");
  fixture.publish(node, "a", "345");
  CHECK(node.told() == Log{"lost: messages were dropped before they were read", "regained"});
}

TEST_CASE("what is published while a node is being told of its loss is not lost again") {
  MemoryOptions options;
  options.max_inbox_messages = 1;
  Fixture fixture(options);
  Node node(fixture.engine);
  fixture.engine.interest(node.id(), "a", true);
  fixture.publish(node, "a", "1");
  fixture.publish(node, "a", "2");
  node.on_lost_call = [&] { fixture.publish(node, "a", "3"); };
  CHECK(node.told() == Log{"lost: messages were dropped before they were read", "regained"});
  fixture.engine.history(node.id(), 1, {.filters = {"a"}, .start = FromOldest()});
  fixture.publish(node, "a", "4");
  CHECK(node.told() == Log{"history 1", "a=4"});
  CHECK(node.history.messages.size() == 3);
}

TEST_CASE("a lost engine sends nothing until it is regained") {
  Fixture fixture;
  Node node(fixture.engine);
  fixture.engine.interest(node.id(), "a", true);
  fixture.engine.lose("fault");
  CHECK(node.wakes == 1);
  fixture.publish(node, "a", "1");
  CHECK(node.told() == Log{"lost: fault"});
  fixture.engine.regain();
  fixture.publish(node, "a", "2");
  CHECK(node.told() == Log{"regained", "a=2"});
}

TEST_CASE("a new epoch is told as a loss") {
  Fixture fixture;
  Node node(fixture.engine);
  fixture.engine.interest(node.id(), "a", true);
  fixture.publish(node, "a", "1", 1);
  CHECK(node.told() == Log{"a=1", "published 1"});
  fixture.engine.new_epoch(2);
  CHECK(node.told() == Log{"lost: messages were dropped before they were read", "regained"});
  fixture.publish(node, "a", "2", 1);
  CHECK(node.told() == Log{"a=2", "published 1"});
  CHECK(node.ack.offset == 1);
  CHECK(fixture.engine.retained().messages == 1);
}

TEST_CASE("sessions that together are too large make room, those that end first") {
  Fixture fixture({.max_session_bytes = 25});
  Node one(fixture.engine);
  fixture.engine.store_session(one.id(), "a", "123456789", 20s);
  fixture.engine.store_session(one.id(), "b", "123456789", 10s);
  fixture.engine.store_session(one.id(), "c", "123456789", 30s);
  fixture.engine.store_session(one.id(), "a", "12345", 20s);
  fixture.engine.take_session(one.id(), 1, "b");
  fixture.engine.take_session(one.id(), 2, "a");
  fixture.engine.take_session(one.id(), 3, "c");
  CHECK(one.told() == Log{"session none", "session 12345", "session 123456789"});
  fixture.engine.store_session(one.id(), "d", std::string(30, 'x'), 20s);
  fixture.engine.take_session(one.id(), 4, "d");
  CHECK(one.told() == Log{"session none"});
}
