// SPDX-License-Identifier: MIT
#include "broker/topic_store.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::broker;
using namespace std::chrono_literals;

namespace {

constexpr Instant kStart{1h};

MessagePtr publish(TopicStore& store, const std::string& topic, const std::string& payload = "x",
                   Instant now = kStart) {
  return store.publish({.topic = topic, .payload = payload}, now);
}

History read(TopicStore& store, std::vector<std::string> filters, Start start,
             Instant now = kStart) {
  return store.read({.filters = std::move(filters), .start = std::move(start)}, now).value();
}

std::string payloads(const History& history) {
  std::string all;
  for (const MessagePtr& message : history.messages) {
    all += message->payload;
  }
  return all;
}

Cursor cursor_of(const MessagePtr& message) {
  return Cursor::parse(message->id).value();
}

RetentionLimits two_a_topic() {
  RetentionLimits limits;
  limits.messages_per_topic = 2;
  return limits;
}

}  // namespace

TEST_CASE("a message gets one position in the engine and an offset in its topic") {
  TopicStore store({}, 7);
  publish(store, "a");
  publish(store, "b");
  const MessagePtr third = publish(store, "a", "hello", kStart + 1s);
  CHECK(third->topic == "a");
  CHECK(third->payload == "hello");
  CHECK(third->epoch == 7);
  CHECK(third->position == Position{0, 3, 0});
  CHECK(third->offset == 2);
  CHECK(third->published == kStart + 1s);
  CHECK(cursor_of(third) == Cursor(7, {0, 3, 0}));
}

TEST_CASE("the topics with the latest messages are told, with what they had and have") {
  TopicStore store(two_a_topic(), 1);
  CHECK(store.recent(10, kStart).empty());
  for (const char* const topic : {"a", "b", "a", "a"}) {
    publish(store, topic, "four");
  }
  publish(store, "c", "c", kStart + 1s);
  publish(store, "b", "b", kStart + 2s);
  const auto recent = store.recent(10, kStart + 5s);
  REQUIRE(recent.size() == 3);
  CHECK(recent[0].name == "b");
  CHECK(recent[0].idle == 3s);
  CHECK(recent[1].name == "c");
  CHECK(recent[2].name == "a");
  CHECK(recent[2].messages == 3);
  CHECK(recent[2].retained == 2);
  CHECK(recent[2].retained_bytes == 2 * (TopicStore::kMessageOverheadBytes + 5));
  REQUIRE(store.recent(1, kStart + 5s).size() == 1);
  // What is too old is not retained any more, but the topic is known.
  const auto later = store.recent(10, kStart + 1h);
  REQUIRE(later.size() == 3);
  CHECK(later[0].retained == 0);
  CHECK(later[0].messages == 2);
}

TEST_CASE("what came after a cursor is read in order, whatever its topics") {
  TopicStore store({}, 1);
  const Cursor first = cursor_of(publish(store, "a", "1"));
  publish(store, "b", "2");
  publish(store, "c", "3");
  const Cursor last = cursor_of(publish(store, "a", "4"));
  CHECK(payloads(read(store, {"a"}, first)) == "4");
  CHECK(payloads(read(store, {"a", "b", "a"}, first)) == "24");
  CHECK(payloads(read(store, {"#"}, first)) == "234");
  CHECK(payloads(read(store, {"+", "a"}, FromOldest())) == "1234");
  CHECK(payloads(read(store, {"#"}, FromNow())).empty());
  const History history = read(store, {"#"}, last);
  CHECK(history.messages.empty());
  CHECK(history.complete);
  CHECK(history.cursor == last);
  CHECK(history.now == last);
}

TEST_CASE("a read is incomplete when a message it would have had is gone") {
  TopicStore store(two_a_topic(), 1);
  const Cursor first = cursor_of(publish(store, "a", "1"));
  const Cursor second = cursor_of(publish(store, "a", "2"));
  publish(store, "b", "x");
  publish(store, "a", "3");
  publish(store, "a", "4");
  for (const char* const filter : {"a", "#", "+"}) {
    CHECK_FALSE(read(store, {filter}, first).complete);
    CHECK(read(store, {filter}, second).complete);
  }
  CHECK(payloads(read(store, {"a"}, first)) == "34");
  CHECK(read(store, {"b"}, first).complete);
  CHECK(read(store, {"a"}, FromOldest()).complete);

  const Cursor oldest = read(store, {"a"}, first).oldest;
  CHECK(payloads(read(store, {"a"}, oldest)) == "34");
  CHECK(read(store, {"a"}, oldest).complete);
}

TEST_CASE("cursors of another epoch and of the future are incomplete") {
  TopicStore store({}, 1);
  publish(store, "a", "1");
  const Cursor future(1, {0, 2, 0});
  CHECK_FALSE(read(store, {"a"}, future).complete);
  CHECK_FALSE(read(store, {"a"}, Cursor(2, {0, 1, 0})).complete);
  CHECK_FALSE(read(store, {"a"}, Cursor(1, {1, 0, 0})).complete);
  CHECK(payloads(read(store, {"a"}, future)) == "1");
  CHECK(read(store, {"a"}, Cursor(1)).complete);
}

TEST_CASE("messages go by age, by bytes of a topic and by bytes of all") {
  RetentionLimits limits;
  limits.age = 10s;
  TopicStore aging(limits, 1);
  const Cursor first = cursor_of(publish(aging, "a", "1"));
  publish(aging, "a", "2", kStart + 1s);
  publish(aging, "b", "3", kStart + 9s);
  CHECK(payloads(read(aging, {"#"}, first, kStart + 11s)) == "23");
  const History later = read(aging, {"#"}, first, kStart + 12s);
  CHECK(payloads(later) == "3");
  CHECK_FALSE(later.complete);

  limits = {};
  limits.bytes_per_topic = 2 * TopicStore::kMessageOverheadBytes + 10;
  TopicStore narrow(limits, 1);
  for (const char* const payload : {"1", "2", "34567", "8"}) {
    publish(narrow, "a", payload);
  }
  publish(narrow, "b", "9");
  CHECK(payloads(read(narrow, {"#"}, FromOldest())) == "3456789");

  limits = {};
  limits.bytes = 2 * TopicStore::kMessageOverheadBytes + 10;
  TopicStore small(limits, 1);
  for (const char* const topic : {"a", "b", "c"}) {
    publish(small, topic, topic);
  }
  CHECK(payloads(read(small, {"#"}, FromOldest())) == "bc");
  CHECK(small.messages() == 2);
  CHECK(small.bytes() == 2 * TopicStore::kMessageOverheadBytes + 4);
}

TEST_CASE("nothing retained at all is incomplete, not empty") {
  RetentionLimits limits;
  limits.messages_per_topic = 0;
  TopicStore store(limits, 1);
  const Cursor first = cursor_of(publish(store, "a"));
  CHECK(read(store, {"a"}, first).complete);
  publish(store, "a");
  CHECK_FALSE(read(store, {"a"}, first).complete);
  CHECK(read(store, {"b"}, first).complete);
}

TEST_CASE("a forgotten topic starts a new epoch, and nobody misses it in silence") {
  RetentionLimits limits;
  limits.topics = 2;
  TopicStore store(limits, 1);
  const Cursor first = cursor_of(publish(store, "a", "1"));
  const TopicState before = read(store, {"a"}, FromNow()).topic.value();
  const Cursor second = cursor_of(publish(store, "a", "2"));
  publish(store, "b", "3");
  publish(store, "c", "4");  // there is no room for a
  CHECK(store.topics() == 2);
  CHECK_FALSE(read(store, {"a"}, first).complete);
  CHECK(read(store, {"a"}, second).complete);
  CHECK(read(store, {"b"}, first).complete);
  CHECK_FALSE(read(store, {"#"}, first).complete);

  publish(store, "a", "5");
  const TopicState after = read(store, {"a"}, FromNow()).topic.value();
  CHECK(after.offset == 1);
  CHECK(after.epoch != before.epoch);
  CHECK_FALSE(read(store, {"a"}, before).complete);
  CHECK_FALSE(read(store, {"a"}, first).complete);
}

TEST_CASE("the topic with the longest time since its last message is forgotten first") {
  RetentionLimits limits;
  limits.topics = 2;
  TopicStore store(limits, 1);
  publish(store, "a", "1");
  publish(store, "b", "2");
  publish(store, "a", "3");
  publish(store, "c", "4");
  CHECK(payloads(read(store, {"#"}, FromOldest())) == "134");
}

TEST_CASE("a topic is read by its own offsets") {
  TopicStore store(two_a_topic(), 1);
  const TopicState before = read(store, {"a"}, FromNow()).topic.value();
  CHECK(before.offset == 0);
  for (const char* const payload : {"1", "2", "3"}) {
    publish(store, "a", payload);
    publish(store, "b", "x");
  }
  const auto since = [&](std::uint64_t offset) {
    return read(store, {"a"}, TopicState{before.epoch, offset});
  };
  CHECK(payloads(since(1)) == "23");
  CHECK(since(1).complete);
  CHECK(since(1).topic == TopicState{before.epoch, 3});
  CHECK(payloads(since(2)) == "3");
  CHECK(payloads(since(3)).empty());
  CHECK(since(3).complete);
  CHECK_FALSE(since(0).complete);
  CHECK(payloads(since(0)) == "23");
  CHECK_FALSE(since(4).complete);
  CHECK_FALSE(read(store, {"a"}, TopicState{"other", 3}).complete);
  CHECK_FALSE(store.read({.filters = {"+"}, .start = before}, kStart));
  CHECK_FALSE(store.read({.filters = {"a", "b"}, .start = before}, kStart));
}

TEST_CASE("a topic is read backwards") {
  TopicStore store({}, 1);
  const TopicState state = read(store, {"a"}, FromNow()).topic.value();
  for (const char* const payload : {"1", "2", "3", "4"}) {
    publish(store, "a", payload);
  }
  HistoryRequest request{.filters = {"a"}, .max_messages = 2, .reverse = true};
  CHECK(payloads(store.read(request, kStart).value()) == "43");
  CHECK(store.read(request, kStart).value().more);
  request.start = TopicState{state.epoch, 3};
  CHECK(payloads(store.read(request, kStart).value()) == "21");
  CHECK_FALSE(store.read(request, kStart).value().more);
  request.start = TopicState{"other", 3};
  CHECK_FALSE(store.read(request, kStart).value().complete);
  request.start = Cursor(1);
  CHECK_FALSE(store.read(request, kStart));
}

TEST_CASE("a long read goes on page by page from its cursors") {
  TopicStore store({}, 1);
  for (int i = 0; i < 10; ++i) {
    publish(store, i % 2 == 0 ? "a" : "b", std::to_string(i));
  }
  HistoryRequest request{.filters = {"#"}, .start = FromOldest(), .max_messages = 4};
  std::string all;
  std::vector<std::size_t> sizes;
  for (bool more = true; more;) {
    const History page = store.read(request, kStart).value();
    CHECK(page.complete);
    all += payloads(page);
    sizes.push_back(page.messages.size());
    request.start = page.cursor;
    request.continues = page.continues;
    more = page.more;
  }
  CHECK(all == "0123456789");
  CHECK(sizes == std::vector<std::size_t>{4, 4, 2});

  const History by_bytes =
      store.read({.filters = {"#"}, .start = FromOldest(), .max_bytes = 3}, kStart).value();
  CHECK(payloads(by_bytes) == "012");
  CHECK(by_bytes.more);
}

TEST_CASE("only what goes missing between its pages makes a read of what is left incomplete") {
  TopicStore store(two_a_topic(), 1);
  for (const char* const payload : {"1", "2", "3"}) {
    publish(store, "slow", payload);  // 1 goes
  }
  for (const char* const payload : {"4", "5", "6"}) {
    publish(store, "fast", payload);  // 4 goes, which is newer than what comes first
  }
  HistoryRequest request{.filters = {"#"}, .start = FromOldest(), .max_messages = 2};
  const History first = store.read(request, kStart).value();
  CHECK(payloads(first) == "23");
  request.start = first.cursor;
  request.continues = first.continues;
  CHECK(store.read(request, kStart).value().complete);
  publish(store, "fast", "7");  // 5 goes, which the first page promised
  CHECK_FALSE(store.read(request, kStart).value().complete);
  CHECK(payloads(store.read(request, kStart).value()) == "67");
}

TEST_CASE("a truncated topic is incomplete for all that had not seen it") {
  TopicStore store({}, 1);
  const Cursor first = cursor_of(publish(store, "a", "1"));
  const Cursor second = cursor_of(publish(store, "a", "2"));
  store.truncate("a");
  store.truncate("b");
  CHECK_FALSE(read(store, {"a"}, first).complete);
  CHECK(read(store, {"a"}, second).complete);
  publish(store, "a", "3");
  CHECK(payloads(read(store, {"a"}, second)) == "3");
}

TEST_CASE("a new epoch knows nothing of the old one") {
  TopicStore store({}, 1);
  const Cursor first = cursor_of(publish(store, "a", "1"));
  const TopicState state = read(store, {"a"}, FromNow()).topic.value();
  store.begin_epoch(2);
  CHECK(store.messages() == 0);
  CHECK(store.bytes() == 0);
  CHECK_FALSE(read(store, {"a"}, first).complete);
  CHECK_FALSE(read(store, {"a"}, state).complete);
  CHECK(publish(store, "a", "2")->offset == 1);
  CHECK(payloads(read(store, {"a"}, FromOldest())) == "2");
}
