// SPDX-License-Identifier: MIT
#include "relay/paced_queue.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace std::chrono_literals;
using relay::PacedQueue;

namespace {

constexpr Instant kStart{1000s};

/// All that leaves, each with its time after kStart.
std::vector<std::pair<Nanoseconds, std::string>> drain(PacedQueue& queue) {
  std::vector<std::pair<Nanoseconds, std::string>> left;
  while (const auto due = queue.next()) {
    CHECK_FALSE(queue.take(*due - 1ns).has_value());
    left.emplace_back(*due - kStart, queue.take(*due).value().bytes);
  }
  return left;
}

using Left = std::vector<std::pair<Nanoseconds, std::string>>;

}  // namespace

TEST_CASE("what is due earlier waits for what was put before") {
  PacedQueue queue;
  queue.put("late", kStart + 5ms);
  queue.put("early", kStart);
  CHECK(queue.bytes() == 9);
  CHECK(drain(queue) == Left{{5ms, "late"}, {5ms, "early"}});
  CHECK(queue.bytes() == 0);
}

TEST_CASE("what is put aside is overtaken") {
  PacedQueue queue;
  queue.put_aside("pong", kStart + 5ms);
  queue.put("message", kStart);
  CHECK(drain(queue) == Left{{0ms, "message"}, {5ms, "pong"}});
}

TEST_CASE("a rate is kept over all that is put, in pieces") {
  PacedQueue queue;
  queue.set_rate(1000);
  queue.put("0123456789abcde", kStart);
  queue.put("xyz", kStart);
  CHECK(drain(queue) == Left{{10ms, "0123456789"}, {15ms, "abcde"}, {18ms, "xyz"}});
}

TEST_CASE("torn bytes have gaps between them") {
  PacedQueue queue;
  queue.put_torn("abcde", {.bytes = 2, .gap = 3ms}, kStart);
  queue.put("behind", kStart);
  CHECK(drain(queue) == Left{{0ms, "ab"}, {3ms, "cd"}, {6ms, "e"}, {6ms, "behind"}});
}

TEST_CASE("actions keep their place, and nothing leaves before a hold ends") {
  PacedQueue queue;
  queue.put("before", kStart);
  queue.hold_until(kStart + 1s);
  queue.put(PacedQueue::Action::reset, kStart);
  CHECK(queue.take(kStart).value().bytes == "before");
  CHECK_FALSE(queue.take(kStart).has_value());
  CHECK(queue.take(kStart + 1s).value().action == PacedQueue::Action::reset);
}

TEST_CASE(
    "a rate that ends lets go at once what waits for it, but not what is late for another reason") {
  PacedQueue queue;
  queue.set_rate(10);
  queue.put("slow", kStart);
  queue.put("late", kStart + 50ms);
  queue.put(PacedQueue::Action::finish, kStart);
  queue.put_aside("pong", kStart + 70ms);
  queue.set_rate(0);
  CHECK(queue.bytes() == 12);
  std::string now;
  while (const auto item = queue.take(kStart)) {
    now += item->bytes;
  }
  CHECK(now == "slow");
  CHECK(drain(queue) ==
        Left{{50ms, "l"}, {50ms, "a"}, {50ms, "t"}, {50ms, "e"}, {50ms, ""}, {70ms, "pong"}});
  queue.put("fast", kStart);
  CHECK(drain(queue).size() == 1);
}

TEST_CASE("what was held leaves when the hold is taken back") {
  PacedQueue queue;
  queue.put("before", kStart);
  queue.hold_until(kStart + 1h);
  queue.put("behind", kStart);
  CHECK(queue.take(kStart).value().bytes == "before");
  CHECK_FALSE(queue.take(kStart + 59min).has_value());
  queue.end_hold();
  queue.put("last", kStart);
  CHECK(queue.take(kStart).value().bytes == "behind");
  CHECK(queue.take(kStart).value().bytes == "last");
}
