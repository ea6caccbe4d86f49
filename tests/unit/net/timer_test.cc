// SPDX-License-Identifier: MIT
#include "net/timer.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "tests/support/catch.h"

using wskit::Instant;
using wskit::Nanoseconds;
using wskit::net::Timer;
using wskit::net::TimerHandler;
using wskit::net::TimerQueue;

namespace {

Instant at(long nanoseconds) {
  return Instant(Nanoseconds(nanoseconds));
}

class Callback final : public TimerHandler {
 public:
  explicit Callback(std::function<void(Instant)> call) : call_(std::move(call)) {}
  void on_timer(Instant now) override { call_(now); }

 private:
  std::function<void(Instant)> call_;
};

}  // namespace

TEST_CASE("timers fire in the order of their instants and never early") {
  TimerQueue queue;
  std::mt19937 random(7);
  std::vector<long> fired;
  std::deque<Callback> callbacks;
  std::deque<Timer> timers;
  for (int i = 0; i < 500; ++i) {
    const long due = static_cast<long>(random() % 1000);
    callbacks.emplace_back([&fired, due](Instant now) {
      CHECK(at(due) <= now);
      fired.push_back(due);
    });
    timers.emplace_back(queue, callbacks.back()).arm(at(due));
  }
  for (std::size_t i = 0; i < timers.size(); i += 3) {
    timers[i].cancel();
  }
  for (long now = 0; now < 1000; now += 10) {
    queue.fire(at(now));
    CHECK((queue.empty() || queue.next() > at(now)));
  }
  queue.fire(at(1000));
  CHECK(fired.size() == 333);
  CHECK(std::is_sorted(fired.begin(), fired.end()));
}

TEST_CASE("an armed timer is moved when it is armed again") {
  TimerQueue queue;
  int fired = 0;
  Callback count([&](Instant) { ++fired; });
  Timer timer(queue, count);
  timer.arm(at(10));
  timer.arm(at(20));
  queue.fire(at(19));
  CHECK(fired == 0);
  CHECK(timer.armed());
  queue.fire(at(20));
  CHECK(fired == 1);
  CHECK_FALSE(timer.armed());
  CHECK(queue.empty());
}

TEST_CASE("a timer that arms itself in the past waits for the next turn") {
  TimerQueue queue;
  int fired = 0;
  std::unique_ptr<Timer> timer;
  Callback again([&](Instant) {
    ++fired;
    timer->arm(at(0));
  });
  timer = std::make_unique<Timer>(queue, again);
  timer->arm(at(0));
  queue.fire(at(5));
  CHECK(fired == 1);
  queue.fire(at(5));
  CHECK(fired == 2);
}

TEST_CASE("a callback may cancel move or destroy a timer that is due with it") {
  TimerQueue queue;
  std::vector<int> fired;
  std::vector<std::unique_ptr<Timer>> timers;
  Callback first([&](Instant now) {
    fired.push_back(0);
    timers[1]->cancel();
    timers[2]->arm(now);
    timers[3].reset();
    CHECK_FALSE(timers[1]->armed());
    CHECK(timers[2]->armed());
    timers[0].reset();
  });
  Callback moved([&](Instant) { fired.push_back(2); });
  Callback never([&](Instant) { fired.push_back(-1); });
  const std::vector<Callback*> handlers = {&first, &never, &moved, &never};
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    timers.push_back(std::make_unique<Timer>(queue, *handlers[i]));
    timers.back()->arm(at(static_cast<long>(i)));
  }
  queue.fire(at(100));
  CHECK(fired == std::vector{0});
  queue.fire(at(100));
  CHECK(fired == std::vector{0, 2});
  CHECK(queue.empty());
}
