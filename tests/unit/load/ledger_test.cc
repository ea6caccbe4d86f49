// SPDX-License-Identifier: MIT
#include "load/ledger.h"

#include <cstdint>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::load;
using namespace std::chrono_literals;

namespace {

using Verdict = Ledger::Verdict;

constexpr Instant kStart{};

Instant at(Nanoseconds since) {
  return kStart + since;
}

/// `count` messages, one a millisecond, all offered as soon as they were taken up.
Ledger offered_messages(std::uint64_t count) {
  Ledger ledger;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Instant due = at(i * 1ms);
    ledger.add(due, due, true);
    ledger.queue_first_waiting();
    ledger.offer(due, [](const Ledger::Entry&, std::uint64_t) {});
  }
  return ledger;
}

std::size_t count_expired(Ledger& ledger, Instant now) {
  std::size_t expired = 0;
  ledger.expire(now, 10ms, [&](const Ledger::Entry&, std::uint64_t) { ++expired; });
  return expired;
}

}  // namespace

TEST_CASE("a message is answered once with its own instants") {
  Ledger ledger;
  ledger.add(at(1ms), at(2ms), true);
  ledger.queue_first_waiting();
  Nanoseconds taken{};
  ledger.offer(at(3ms),
               [&](const Ledger::Entry& entry, std::uint64_t) { taken = entry.mark - kStart; });
  CHECK(taken == 2ms);
  const auto answer = ledger.answer(0);
  CHECK(answer.verdict == Verdict::answered);
  CHECK(answer.entry->scheduled == at(1ms));
  CHECK(answer.entry->mark == at(3ms));
  CHECK(answer.entry->measured);
  CHECK(ledger.unresolved() == 0);
  CHECK(ledger.answer(0).verdict == Verdict::duplicate);
}

TEST_CASE("messages that are queued at once are offered and answered like others") {
  Ledger ledger;
  ledger.add_queued(at(1ms), true, 3);
  ledger.add_queued(at(2ms), false, 2);
  CHECK(ledger.unresolved() == 5);
  CHECK(ledger.next_sequence() == 5);
  CHECK_FALSE(ledger.first_waiting());
  CHECK(ledger.answer(0).verdict == Verdict::unknown);
  std::vector<Instant> due;
  ledger.offer(at(4ms),
               [&](const Ledger::Entry& entry, std::uint64_t) { due.push_back(entry.scheduled); });
  CHECK(due == std::vector{at(1ms), at(1ms), at(1ms), at(2ms), at(2ms)});
  CHECK(ledger.in_flight() == 5);
  const auto answer = ledger.answer(4);
  CHECK(answer.verdict == Verdict::answered);
  CHECK(answer.entry->mark == at(4ms));
  CHECK_FALSE(answer.entry->measured);
}

TEST_CASE("an answer to a message that was not offered yet is unknown") {
  Ledger ledger;
  CHECK(ledger.answer(0).verdict == Verdict::unknown);
  ledger.add(at(0ms), at(0ms), true);
  CHECK(ledger.answer(0).verdict == Verdict::unknown);
  ledger.queue_first_waiting();
  CHECK(ledger.answer(0).verdict == Verdict::unknown);
  ledger.offer(at(0ms), [](const Ledger::Entry&, std::uint64_t) {});
  CHECK(ledger.answer(0).verdict == Verdict::answered);
}

TEST_CASE("one answer out of order is one reorder") {
  Ledger ledger = offered_messages(4);
  CHECK_FALSE(ledger.answer(0).reordered);
  CHECK_FALSE(ledger.answer(2).reordered);
  CHECK(ledger.answer(1).reordered);
  CHECK_FALSE(ledger.answer(3).reordered);
}

TEST_CASE("a missing answer is not a reorder of those after it") {
  Ledger ledger = offered_messages(3);
  CHECK_FALSE(ledger.answer(1).reordered);
  CHECK_FALSE(ledger.answer(2).reordered);
  CHECK(ledger.unresolved() == 1);
}

TEST_CASE("messages expire exactly at their deadline counted from the offer") {
  Ledger ledger = offered_messages(3);
  CHECK(ledger.next_deadline(10ms) == at(10ms));
  CHECK(count_expired(ledger, at(10ms - 1ns)) == 0);
  CHECK(count_expired(ledger, at(10ms)) == 1);
  CHECK(ledger.next_deadline(10ms) == at(11ms));
  CHECK(count_expired(ledger, at(1s)) == 2);
  CHECK_FALSE(ledger.next_deadline(10ms).has_value());
  CHECK(ledger.in_flight() == 0);
}

TEST_CASE("the first answer after the deadline is late and the second a duplicate") {
  Ledger ledger = offered_messages(5);
  CHECK(count_expired(ledger, at(1s)) == 5);
  for (const std::uint64_t sequence : {2u, 0u, 4u, 1u, 3u}) {
    INFO(sequence);
    CHECK(ledger.answer(sequence).verdict == Verdict::late);
    CHECK(ledger.answer(sequence).verdict == Verdict::duplicate);
  }
}

TEST_CASE("an expired message keeps its place so that later answers do not shift") {
  Ledger ledger = offered_messages(3);
  CHECK(count_expired(ledger, at(10ms)) == 1);
  REQUIRE(ledger.oldest_unanswered() == 0u);
  CHECK(ledger.answer(0).verdict == Verdict::late);
  REQUIRE(ledger.oldest_unanswered() == 1u);
  CHECK(ledger.answer(1).verdict == Verdict::answered);
}

TEST_CASE("closing tells what was lost from what was never sent") {
  Ledger ledger = offered_messages(3);
  CHECK(ledger.answer(1).verdict == Verdict::answered);
  ledger.add(at(5ms), at(5ms), true);
  ledger.queue_first_waiting();
  ledger.add(at(6ms), at(6ms), true);
  int lost = 0;
  int unsent = 0;
  ledger.close([&](const Ledger::Entry&, std::uint64_t) { ++lost; },
               [&](const Ledger::Entry&) { ++unsent; });
  CHECK(lost == 2);
  CHECK(unsent == 2);
  CHECK(ledger.unresolved() == 0);
  CHECK(ledger.next_sequence() == 5);
}

TEST_CASE("a dropped message is neither offered nor lost") {
  Ledger ledger;
  ledger.add(at(0ms), at(0ms), true);
  ledger.queue_first_waiting();
  ledger.add(at(1ms), at(1ms), true);
  ledger.add(at(2ms), at(2ms), true);
  CHECK(ledger.drop_first_waiting().scheduled == at(1ms));
  ledger.queue_first_waiting();
  std::vector<Instant> offered;
  ledger.offer(at(3ms), [&](const Ledger::Entry& entry, std::uint64_t) {
    offered.push_back(entry.scheduled);
  });
  CHECK(offered == std::vector{at(0ms), at(2ms)});
  CHECK(ledger.unresolved() == 2);
  CHECK(ledger.answer(0).verdict == Verdict::answered);
  CHECK(ledger.answer(2).verdict == Verdict::answered);
  CHECK(ledger.unresolved() == 0);
}

TEST_CASE("a long run with one message forgotten keeps every later one in order") {
  Ledger ledger;
  constexpr std::uint64_t kMessages = 10'000;
  for (std::uint64_t i = 0; i < kMessages; ++i) {
    ledger.add(at(i * 1us), at(i * 1us), true);
    ledger.queue_first_waiting();
    ledger.offer(at(i * 1us), [](const Ledger::Entry&, std::uint64_t) {});
    if (i != 0) {
      const auto answer = ledger.answer(i);
      REQUIRE(answer.verdict == Verdict::answered);
      REQUIRE(answer.entry->scheduled == at(i * 1us));
    }
  }
  CHECK(ledger.unresolved() == 1);
  CHECK(count_expired(ledger, at(1s)) == 1);
  CHECK(ledger.unresolved() == 0);
}
