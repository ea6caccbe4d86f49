// SPDX-License-Identifier: MIT
#include "load/deliveries.h"

#include <chrono>
#include <cstdint>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace std::chrono_literals;
using load::Deliveries;
using Came = load::Deliveries::Verdict;

namespace {

constexpr std::uint32_t kSubscribers = 70;

/// All of them: two words.
load::SubscriberBits all() {
  return {~std::uint64_t{0}, 0x3f};
}

Deliveries::Arrival arrive(Deliveries& deliveries, std::uint64_t sequence,
                           std::uint32_t subscriber) {
  return deliveries.arrive(
      {.sequence = sequence, .subscriber = subscriber, .intact = true, .at = Instant(1ms)});
}

}  // namespace

TEST_CASE("a message is resolved by the last subscriber that has it") {
  Deliveries deliveries(kSubscribers);
  CHECK(deliveries.send(0, all()) == kSubscribers);
  for (std::uint32_t s = 0; s < kSubscribers; ++s) {
    const auto arrival = arrive(deliveries, 0, s);
    CHECK(arrival.verdict == Came::delivered);
    CHECK(arrival.resolved == (s == kSubscribers - 1));
  }
  const Deliveries::Message message = deliveries.close(0);
  CHECK(message.delivered == kSubscribers);
  CHECK(message.came_everywhere());
  CHECK(arrive(deliveries, 0, 65).verdict == Came::duplicate);
  CHECK(arrive(deliveries, 1, 65).verdict == Came::unknown);
}

TEST_CASE("who was given up on is late once, and then twice") {
  Deliveries deliveries(kSubscribers);
  deliveries.send(0, all());
  for (std::uint32_t s = 0; s < kSubscribers - 1; ++s) {
    arrive(deliveries, 0, s);
  }
  CHECK(deliveries.expire(0, [](std::uint32_t) { FAIL("nothing came after it"); }) == 1);
  CHECK(deliveries.close(0).undelivered == 1);
  CHECK(arrive(deliveries, 0, kSubscribers - 1).verdict == Came::late);
  CHECK(arrive(deliveries, 0, kSubscribers - 1).verdict == Came::duplicate);
  CHECK(arrive(deliveries, 0, 0).verdict == Came::duplicate);
}

TEST_CASE("a gap is proven by whichever comes later, the loss or the next message") {
  Deliveries deliveries(1);
  const load::SubscriberBits one{1};
  deliveries.send(0, one);
  deliveries.send(1, one);
  int gaps = 0;
  const auto count = [&gaps](std::uint32_t) { ++gaps; };
  SECTION("the loss") {
    CHECK_FALSE(arrive(deliveries, 1, 0).gap);
    deliveries.expire(0, count);
    CHECK(gaps == 1);
  }
  SECTION("the next message") {
    deliveries.expire(0, count);
    CHECK(gaps == 0);
    CHECK(arrive(deliveries, 1, 0).gap);
  }
}

TEST_CASE("a message that overtakes another leaves a reorder and no gap") {
  Deliveries deliveries(1);
  deliveries.send(0, {1});
  deliveries.send(1, {1});
  CHECK_FALSE(arrive(deliveries, 1, 0).reordered);
  const auto arrival = arrive(deliveries, 0, 0);
  CHECK(arrival.reordered);
  CHECK_FALSE(arrival.gap);
  CHECK(deliveries.close(0).came_everywhere());
  CHECK(deliveries.close(1).came_everywhere());
}

TEST_CASE("who is not connected is absent, and who leaves is cut off") {
  Deliveries deliveries(3);
  CHECK(deliveries.send(4, {0b011}) == 2);
  CHECK(deliveries.send(7, {0b011}) == 2);
  arrive(deliveries, 4, 0);
  std::vector<std::uint64_t> left;
  deliveries.leave(1, [&left](std::uint64_t sequence, bool resolved) {
    left.push_back(sequence);
    CHECK(resolved == (sequence == 4));
  });
  CHECK(left == std::vector<std::uint64_t>{4, 7});
  CHECK(deliveries.first_unawaited() == 4);
  const Deliveries::Message message = deliveries.close(4);
  CHECK(message.delivered == 1);
  CHECK(message.cut == 1);
  CHECK(message.absent == 1);
  CHECK(deliveries.cut_off(7) == 1);
  CHECK(deliveries.close(7).cut == 2);
  CHECK(arrive(deliveries, 7, 2).verdict == Came::late);
}

TEST_CASE("other content is damaged, and no delivery") {
  Deliveries deliveries(1);
  deliveries.send(0, {1});
  const auto arrival =
      deliveries.arrive({.sequence = 0, .subscriber = 0, .intact = false, .at = Instant(1ms)});
  CHECK(arrival.verdict == Came::damaged);
  CHECK(arrival.resolved);
  const Deliveries::Message message = deliveries.close(0);
  CHECK(message.delivered == 0);
  CHECK_FALSE(message.came_everywhere());
}
