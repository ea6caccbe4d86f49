// SPDX-License-Identifier: MIT
#include "serve/delay.h"

#include <algorithm>
#include <string>
#include <vector>

#include "serve/delay_queue.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::serve;
using namespace std::chrono_literals;

namespace {

struct Owner {
  std::string got;
};

Instant at(Nanoseconds time) {
  return Instant(time);
}

void release(DelayQueue<Owner>& queue, Nanoseconds now) {
  queue.release_due(at(now), [](Owner& owner, const std::string& frame) { owner.got += frame; });
}

}  // namespace

TEST_CASE("a delay without jitter is always the same") {
  for (std::uint64_t message = 0; message < 100; ++message) {
    CHECK(delay_of({.fixed = 20ms}, 1, message) == 20ms);
  }
}

TEST_CASE("jitter spreads evenly on both sides of the delay") {
  const DelayOptions options{.fixed = 20ms, .jitter = 5ms, .seed = 7};
  std::vector<Nanoseconds> delays;
  Nanoseconds sum{0};
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    delays.push_back(delay_of(options, i % 10, i / 10));
    sum += delays.back();
  }
  const auto [low, high] = std::ranges::minmax(delays);
  CHECK(low >= 15ms);
  CHECK(low < 15'050us);
  CHECK(high <= 25ms);
  CHECK(high > 24'950us);
  CHECK(sum / 10'000 > 19'900us);
  CHECK(sum / 10'000 < 20'100us);
}

TEST_CASE("a seed gives the same delays and another seed other ones") {
  const auto delays = [](std::uint64_t seed) {
    std::vector<Nanoseconds> all;
    for (std::uint64_t i = 0; i < 20; ++i) {
      all.push_back(delay_of({.fixed = 20ms, .jitter = 20ms, .seed = seed}, i, i));
    }
    return all;
  };
  CHECK(delays(1) == delays(1));
  CHECK(delays(1) != delays(2));
}

TEST_CASE("what is held back comes when it is due and not before") {
  DelayQueue<Owner> queue;
  Owner a;
  Owner b;
  queue.push(a, at(30ms), "a30 ");
  queue.push(b, at(10ms), "b10 ");
  queue.push(a, at(40ms), "a40 ");
  CHECK(queue.next_due() == at(10ms));
  release(queue, 9'999us);
  CHECK(b.got.empty());
  release(queue, 10ms);
  CHECK(b.got == "b10 ");
  CHECK(queue.next_due() == at(30ms));
  release(queue, 35ms);
  CHECK(a.got == "a30 ");
  release(queue, 1s);
  CHECK(a.got == "a30 a40 ");
  CHECK_FALSE(queue.next_due().has_value());
}

TEST_CASE("a frame never overtakes an earlier one of its connection") {
  DelayQueue<Owner> queue;
  Owner owner;
  queue.push(owner, at(30ms), "first ");
  queue.push(owner, at(10ms), "second ");
  release(queue, 29ms);
  CHECK(owner.got.empty());
  release(queue, 30ms);
  CHECK(owner.got == "first second ");
}

TEST_CASE("what is held for a connection can be taken early") {
  DelayQueue<Owner> queue;
  Owner a;
  Owner b;
  queue.push(a, at(10ms), "1");
  queue.push(a, at(20ms), "2");
  queue.push(b, at(15ms), "3");
  CHECK(queue.held_bytes(a) > 2);
  CHECK(queue.take(a) == "12");
  CHECK(queue.held_bytes(a) == 0);
  CHECK(queue.take(a).empty());
  CHECK(queue.next_due() == at(15ms));
}
