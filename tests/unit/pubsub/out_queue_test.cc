// SPDX-License-Identifier: MIT
#include "pubsub/out_queue.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit::pubsub;
using Pushed = OutQueue::Pushed;

namespace {

/// Room for `pieces` of one byte.
QueueLimits room_for(std::size_t pieces, SlowPolicy policy) {
  return {.policy = policy, .max_bytes = pieces * (1 + OutQueue::kEntryBytes)};
}

Piece message_piece(const char* bytes, const char* topic = "t") {
  return {topic, bytes};
}

/// What the receiver gets: the pieces, and (n) where n messages were dropped.
std::string taken(OutQueue& queue, std::size_t max_bytes = SIZE_MAX) {
  std::string all;
  queue.take(
      max_bytes, [&](const Piece& piece) { all += piece.bytes(); },
      [&](std::uint32_t count) { all += "(" + std::to_string(count) + ")"; });
  return all;
}

}  // namespace

TEST_CASE("pieces leave in the order in which they came") {
  OutQueue queue;
  const QueueLimits limits;
  CHECK(queue.empty());
  for (const char* const bytes : {"a", "bc", "d"}) {
    CHECK(queue.push(message_piece(bytes), limits) == Pushed::queued);
  }
  CHECK(queue.pieces() == 3);
  CHECK(queue.bytes() == 4 + 3 * OutQueue::kEntryBytes);
  CHECK(taken(queue, 2) == "a");
  CHECK(taken(queue, 1) == "bc");
  CHECK(taken(queue) == "d");
  CHECK(queue.empty());
  CHECK(queue.bytes() == 0);
}

TEST_CASE("a receiver that is too slow is to be closed") {
  OutQueue queue;
  const QueueLimits limits = room_for(2, SlowPolicy::close);
  CHECK(queue.push(message_piece("1"), limits) == Pushed::queued);
  CHECK(queue.push(message_piece("2"), limits) == Pushed::queued);
  CHECK(queue.push(message_piece("3"), limits) == Pushed::overflow);
  CHECK(queue.pieces() == 2);
  queue.clear();
  CHECK(queue.empty());
  CHECK(taken(queue).empty());
}

TEST_CASE("a piece larger than the limit fits into an empty queue") {
  OutQueue queue;
  const QueueLimits limits{.policy = SlowPolicy::close, .max_bytes = 2};
  CHECK(queue.push(message_piece("large"), limits) == Pushed::queued);
  CHECK(queue.push(message_piece("x"), limits) == Pushed::overflow);
  CHECK(taken(queue) == "large");
}

TEST_CASE("drop-new tells of what it dropped where it is missing") {
  OutQueue queue;
  const QueueLimits limits = room_for(2, SlowPolicy::drop_new);
  for (const char* const bytes : {"1", "2", "3", "4"}) {
    queue.push(message_piece(bytes), limits);
  }
  CHECK(queue.dropped() == 2);
  CHECK(taken(queue, 1) == "1");
  CHECK(queue.push(message_piece("5"), limits) == Pushed::queued);
  CHECK(queue.push(message_piece("6"), limits) == Pushed::dropped);
  CHECK(taken(queue) == "2(2)5(1)");
  CHECK(queue.push(message_piece("7"), limits) == Pushed::queued);
  CHECK(taken(queue) == "7");
}

TEST_CASE("drop-old keeps the newest and tells of the others first") {
  OutQueue queue;
  const QueueLimits limits = room_for(2, SlowPolicy::drop_old);
  for (const char* const bytes : {"1", "2", "3", "4", "5"}) {
    queue.push(message_piece(bytes), limits);
  }
  CHECK(queue.dropped() == 3);
  CHECK(taken(queue) == "(3)45");
}

TEST_CASE("drop-old makes room for a large one with several small ones") {
  OutQueue queue;
  const QueueLimits limits = room_for(3, SlowPolicy::drop_old);
  for (const char* const bytes : {"1", "2", "3", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}) {
    queue.push(message_piece(bytes), limits);
  }
  CHECK(taken(queue) == "(2)3ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  queue.push(message_piece("1"), limits);
  queue.push(message_piece(std::string(1000, 'x').c_str()), limits);
  CHECK(taken(queue) == "(1)" + std::string(1000, 'x'));
}

TEST_CASE("latest keeps the last message of each topic") {
  OutQueue queue;
  const QueueLimits limits = room_for(4, SlowPolicy::latest);
  queue.push(message_piece("a", "1"), limits);
  queue.push(message_piece("b", "2"), limits);
  queue.push(message_piece("c", "1"), limits);
  queue.push(message_piece("d", "3"), limits);
  CHECK(queue.dropped() == 0);
  CHECK(queue.push(message_piece("e", "3"), limits) == Pushed::dropped);
  CHECK(queue.dropped() == 2);
  CHECK(taken(queue) == "(1)bc(1)e");
}

TEST_CASE("latest with too many topics drops the oldest ones") {
  OutQueue queue;
  const QueueLimits limits = room_for(4, SlowPolicy::latest);
  for (const char* const topic : {"a", "b", "c", "d", "e"}) {
    queue.push(message_piece(topic, topic), limits);
  }
  CHECK(queue.dropped() == 1);
  CHECK(taken(queue) == "(1)bcde");
}

TEST_CASE("notices are not dropped, and exceed the limit once") {
  OutQueue queue;
  const QueueLimits limits = room_for(2, SlowPolicy::drop_old);
  CHECK(queue.push(Piece("!"), limits) == Pushed::queued);
  queue.push(message_piece("1"), limits);
  queue.push(message_piece("2"), limits);
  queue.push(message_piece("3"), limits);
  CHECK(queue.push(Piece("?"), limits) == Pushed::queued);
  CHECK(queue.push(Piece("?"), limits) == Pushed::queued);
  CHECK(queue.push(Piece("?"), limits) == Pushed::overflow);
  CHECK(taken(queue) == "!(2)3??");
  const QueueLimits closing = room_for(1, SlowPolicy::close);
  queue.push(Piece("!"), closing);
  CHECK(queue.push(Piece("?"), closing) == Pushed::overflow);
}

TEST_CASE("queues share the bytes and forget them when they are taken") {
  const Piece piece = message_piece("x");
  OutQueue one;
  OutQueue two;
  one.push(piece, {});
  two.push(piece, {});
  one.take(
      SIZE_MAX, [&](const Piece& taken) { CHECK(taken.bytes().data() == piece.bytes().data()); },
      [](std::uint32_t) {});
  CHECK(two.pieces() == 1);
}

TEST_CASE("a queue that is never empty does not keep what it has taken") {
  OutQueue queue;
  const QueueLimits limits = room_for(3, SlowPolicy::close);
  queue.push(message_piece("0"), limits);
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(queue.push(message_piece("x"), limits) == Pushed::queued);
    REQUIRE(taken(queue, 1).size() == 1);
  }
  CHECK(queue.pieces() == 1);
}

TEST_CASE("the policies for slow receivers have names") {
  for (const auto policy :
       {SlowPolicy::close, SlowPolicy::drop_new, SlowPolicy::drop_old, SlowPolicy::latest}) {
    CHECK(parse_slow_policy(name(policy)).value() == policy);
  }
  const auto unknown = parse_slow_policy("drop\n");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == wskit::ErrorCode::usage);
  CHECK(unknown.error().message ==
        "'drop\\n' is no policy for slow receivers: close, drop-new, drop-old, latest");
}

TEST_CASE("pieces of several policies in one queue are treated by their own") {
  OutQueue queue;
  const auto push = [&queue](const char* bytes, const char* topic, SlowPolicy policy) {
    return queue.push(message_piece(bytes, topic), room_for(4, policy));
  };
  CHECK(push("1", "kept", SlowPolicy::close) == Pushed::queued);
  CHECK(push("2", "old", SlowPolicy::drop_old) == Pushed::queued);
  CHECK(push("3", "new", SlowPolicy::drop_new) == Pushed::queued);
  CHECK(push("4", "old", SlowPolicy::drop_old) == Pushed::queued);
  CHECK(push("5", "new", SlowPolicy::drop_new) == Pushed::dropped);
  CHECK(push("6", "old", SlowPolicy::drop_old) == Pushed::dropped);
  CHECK(push("7", "kept", SlowPolicy::close) == Pushed::overflow);
  CHECK(taken(queue) == "1(1)34(1)6");
}

TEST_CASE("what would drop others is dropped itself where none of them may go") {
  for (const SlowPolicy policy : {SlowPolicy::drop_old, SlowPolicy::latest}) {
    OutQueue queue;
    for (const char* const bytes : {"1", "2"}) {
      queue.push(message_piece(bytes, "kept"), room_for(2, SlowPolicy::close));
    }
    CHECK(queue.push(message_piece("3"), room_for(2, policy)) == Pushed::dropped);
    CHECK(queue.dropped() == 1);
    CHECK(taken(queue) == "12(1)");
  }
}

TEST_CASE("only topics whose latest message counts lose the others") {
  OutQueue queue;
  const QueueLimits latest = room_for(4, SlowPolicy::latest);
  const QueueLimits kept = room_for(4, SlowPolicy::close);
  queue.push(message_piece("1", "price"), latest);
  queue.push(message_piece("2", "order"), kept);
  queue.push(message_piece("3", "order"), kept);
  queue.push(message_piece("4", "price"), latest);
  CHECK(queue.push(message_piece("5", "price"), latest) == Pushed::dropped);
  CHECK(taken(queue) == "(1)23(1)5");
}

namespace {

/// Of share 3, which has room for `pieces` of one byte in a queue for 10.
QueueLimits share_for(std::size_t pieces, SlowPolicy policy) {
  QueueLimits limits = room_for(10, policy);
  limits.share = 3;
  limits.max_share_bytes = pieces * (1 + OutQueue::kEntryBytes);
  return limits;
}

/// Pushes texts of one character: capitals of the share, whose topic is the character.
std::string pushed_to(OutQueue& queue, const std::string& texts, const QueueLimits& share) {
  for (const char text : texts) {
    const std::string one(1, text);
    const bool of_share = text >= 'A' && text <= 'Z';
    static_cast<void>(queue.push(message_piece(one.c_str(), one.c_str()),
                                 of_share ? share : room_for(10, SlowPolicy::close)));
  }
  return taken(queue);
}

}  // namespace

TEST_CASE("what exceeds a share is for its policy, and the rest of the queue stays") {
  OutQueue queue;
  CHECK(pushed_to(queue, "aABbCDc", share_for(2, SlowPolicy::drop_new)) == "aABb(2)c");
  CHECK(pushed_to(queue, "aABbCDc", share_for(2, SlowPolicy::drop_old)) == "a(2)bCDc");
  CHECK(pushed_to(queue, "aABAbAc", share_for(3, SlowPolicy::latest)) == "a(1)B(1)bAc");
  CHECK(queue.bytes() == 0);
  CHECK(queue.dropped() == 6);
}

TEST_CASE("a share that is full closes its receiver if that is its policy") {
  OutQueue queue;
  const QueueLimits limits = share_for(2, SlowPolicy::close);
  CHECK(queue.push(message_piece("1"), limits) == Pushed::queued);
  CHECK_FALSE(queue.has_crowded_share());
  CHECK(queue.push(message_piece("2"), limits) == Pushed::queued);
  CHECK(queue.has_crowded_share());
  CHECK(queue.push(message_piece("3"), limits) == Pushed::overflow);
  CHECK(queue.push(message_piece("4"), room_for(10, SlowPolicy::close)) == Pushed::queued);
  CHECK(taken(queue, 1) == "1");
  CHECK_FALSE(queue.has_crowded_share());
  CHECK(queue.push(message_piece("5"), limits) == Pushed::queued);
  CHECK(taken(queue) == "245");
}

TEST_CASE("a single piece fits into a share, and the queue limits all shares together") {
  OutQueue queue;
  QueueLimits limits = share_for(0, SlowPolicy::drop_old);
  CHECK(queue.push(message_piece("1"), limits) == Pushed::queued);
  CHECK(queue.push(message_piece("2"), limits) == Pushed::dropped);
  CHECK(taken(queue) == "(1)2");
  limits = share_for(100, SlowPolicy::drop_new);
  for (int i = 0; i < 10; ++i) {
    CHECK(queue.push(message_piece("x"), limits) == Pushed::queued);
  }
  CHECK(queue.push(message_piece("x"), limits) == Pushed::dropped);
}
