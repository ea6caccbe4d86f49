// SPDX-License-Identifier: MIT
#include "net/targets.h"

#include "tests/support/catch.h"

using wskit::net::Targets;
using wskit::net::TimerQueue;

namespace {

struct Target {
  void on_revisit() {}
  void on_flush() {}
};

}  // namespace

TEST_CASE("a watch knows whether its target has left, whoever else has") {
  TimerQueue timers;
  Targets<Target> targets(timers);
  Target one;
  Target two;
  const auto key = targets.add(one);
  const auto other = targets.add(two);
  const Targets<Target>::Watch watch(targets, key);
  CHECK(watch.alive());
  targets.remove(other);
  CHECK(watch.alive());
  targets.remove(key);
  CHECK_FALSE(watch.alive());
  // Its place taken by another.
  targets.remove(targets.add(two));
  CHECK(targets.add(two) != key);
  CHECK_FALSE(watch.alive());
}
