// SPDX-License-Identifier: MIT
#include "relay/fault_plan.h"

namespace wskit::relay {
namespace {

/// Chance decides about the connection, not about each message.
bool is_chosen_once(FaultMoment moment) {
  return moment != FaultMoment::message && moment != FaultMoment::pong;
}

bool is_about(const FaultRule& rule, script::Direction direction) {
  return form_of(rule.kind).moment == FaultMoment::upgrade ? direction == script::Direction::recv
                                                           : rule.is_for(direction);
}

}  // namespace

bool ActiveFault::strikes(std::uint64_t message, Nanoseconds age) {
  if (is_spent() || message <= rule_->after || age < rule_->at ||
      (message - rule_->after - 1) % rule_->every != 0) {
    return false;
  }
  return dice_.falls(rule_->percent);
}

Nanoseconds ActiveFault::time() {
  const Nanoseconds fixed = rule_->time.value_or(Nanoseconds(0));
  if (rule_->jitter.count() == 0) {
    return fixed;
  }
  const auto width = static_cast<std::uint64_t>(rule_->jitter.count()) * 2 + 1;
  return fixed - rule_->jitter + Nanoseconds(static_cast<std::int64_t>(dice_.below(width)));
}

std::vector<ActiveFault> FaultPlan::choose(std::uint64_t connection, std::string_view path,
                                           script::Direction direction) const {
  std::vector<ActiveFault> chosen;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const FaultRule& rule = rules_[i];
    if (!is_about(rule, direction) || !rule.is_for(connection, path)) {
      continue;
    }
    FaultDice dice = FaultDice(seed_).derive(i + 1).derive(connection);
    // Before the directions part: a fault of a connection is one in both or in neither.
    if (!is_chosen_once(form_of(rule.kind).moment) || dice.falls(rule.percent)) {
      const std::uint64_t way = direction == script::Direction::send ? 1 : 2;
      chosen.emplace_back(rule, i, dice.derive(way));
    }
  }
  return chosen;
}

void FaultPlan::fire(const FaultFiring& firing) {
  ++counts_[firing.rule];
  watcher_.on_fault(firing);
}

}  // namespace wskit::relay
