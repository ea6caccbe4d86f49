// SPDX-License-Identifier: MIT
#include "relay/fault_plan.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "relay/fault_dice.h"
#include "tests/support/catch.h"

using namespace wskit;
using relay::ActiveFault;
using relay::FaultPlan;
using script::Direction;

namespace {

struct Told final : relay::FaultWatcher {
  std::vector<std::string> firings;

 private:
  void on_fault(const relay::FaultFiring& firing) override {
    firings.push_back(std::to_string(firing.connection) + " " + std::string(firing.rule));
  }
};

relay::FaultRule rule(const std::string& text) {
  return relay::parse_fault(text).value();
}

std::vector<ActiveFault> choose(const FaultPlan& plan, std::uint64_t connection) {
  return plan.choose({.number = connection, .path = "/", .asked = {}}, Direction::recv);
}

}  // namespace

TEST_CASE("rules come and go, and keep their numbers") {
  Told told;
  FaultPlan plan({rule("drop")}, 1, told);
  CHECK_FALSE(plan.empty());
  CHECK(plan.add(rule("close:4001")) == 2);
  CHECK(choose(plan, 1).size() == 2);
  CHECK(plan.withdraw(1));
  CHECK_FALSE(plan.withdraw(1));
  CHECK(plan.add(rule("fin")) == 3);
  const auto faults = plan.faults();
  REQUIRE(faults.size() == 2);
  CHECK((faults[0].id == 2 && faults[0].rule == "close:4001"));
  CHECK((faults[1].id == 3 && faults[1].rule == "fin"));
  plan.withdraw_all();
  CHECK(plan.empty());
  CHECK(choose(plan, 2).empty());
}

TEST_CASE("a rule that is withdrawn happens no more where it was chosen already") {
  Told told;
  FaultPlan plan({rule("drop")}, 1, told);
  std::vector<ActiveFault> chosen = choose(plan, 1);
  REQUIRE(chosen.size() == 1);
  CHECK(chosen[0].strikes(1, Nanoseconds(0)));
  CHECK(plan.withdraw(1));
  CHECK_FALSE(chosen[0].strikes(2, Nanoseconds(0)));
}

TEST_CASE("what happened is told and counted, also of rules that are gone or of a request") {
  Told told;
  FaultPlan plan({rule("drop"), rule("fin")}, 1, told);
  const std::vector<ActiveFault> chosen = choose(plan, 7);
  plan.fire(chosen[0], 7, Instant());
  plan.fire(chosen[0], 7, Instant());
  const auto asked = std::make_shared<relay::LiveFault>();  // as a request's
  asked->rule = rule("rst");
  plan.fire(ActiveFault(asked, relay::FaultDice(1)), 8, Instant());
  CHECK(told.firings == std::vector<std::string>{"7 drop", "7 drop", "8 rst"});
  CHECK(plan.faults()[0].fired == 2);
  plan.withdraw_all();
  const auto counts = plan.counts();
  REQUIRE(counts.size() == 3);
  CHECK((counts[0].rule == "drop" && counts[0].fired == 2));
  CHECK((counts[1].rule == "fin" && counts[1].fired == 0));
  CHECK((counts[2].rule == "rst" && counts[2].fired == 1));
}

TEST_CASE("counts of ever new rules do not grow without end") {
  Told told;
  FaultPlan plan({}, 1, told);
  for (int code = 0; code < 2000; ++code) {
    const auto asked = std::make_shared<relay::LiveFault>();  // as a request's
    asked->rule = rule("close:" + std::to_string(code));
    plan.fire(ActiveFault(asked, relay::FaultDice(1)), 1, Instant());
  }
  CHECK(plan.counts().size() == 501);
  std::uint64_t all = 0;
  for (const relay::FaultCount& count : plan.counts()) {
    all += count.fired;
  }
  CHECK(all == 2000);
}

TEST_CASE("faults of TLS are chosen when a connection comes, and at no other time") {
  Told told;
  FaultPlan plan({rule("tls-delay:1s,conn:2"), rule("drop")}, 1, told);
  CHECK(plan.choose_at_accept(1).empty());
  REQUIRE(plan.choose_at_accept(2).size() == 1);
  CHECK(plan.choose_at_accept(2)[0].rule().kind == relay::FaultKind::tls_delay);
  REQUIRE(choose(plan, 2).size() == 1);
  CHECK(choose(plan, 2)[0].rule().kind == relay::FaultKind::drop);
}
