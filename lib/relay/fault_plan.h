// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "relay/fault_dice.h"
#include "relay/fault_form.h"
#include "relay/fault_rule.h"

namespace wskit::relay {

/// That a fault happened.
struct FaultFiring {
  std::uint64_t connection = 0;
  /// The rule's place among all, from 0.
  std::size_t rule = 0;
  Instant at;
};

class FaultWatcher {
 public:
  virtual void on_fault(const FaultFiring& firing) = 0;

 protected:
  ~FaultWatcher() = default;
};

/// A rule on one connection, in one direction.
class ActiveFault {
 public:
  ActiveFault(const FaultRule& rule, std::size_t index, FaultDice dice)
      : rule_(&rule), index_(index), dice_(dice) {}

  [[nodiscard]] const FaultRule& rule() const { return *rule_; }
  [[nodiscard]] const FaultForm& form() const { return form_of(rule_->kind); }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] FaultDice& dice() { return dice_; }

  /// It may happen no more.
  [[nodiscard]] bool is_spent() const {
    const bool once = form().moment != FaultMoment::message && form().moment != FaultMoment::pong;
    return fired_ >= (once ? 1 : rule_->times) && (once || rule_->times != 0);
  }
  /// Whether it happens to the n-th message (from 1) of those that it is about, `age` after the
  /// WebSocket opened. Asked once for each.
  [[nodiscard]] bool strikes(std::uint64_t message, Nanoseconds age);
  /// The rule's time, up or down by its jitter.
  [[nodiscard]] Nanoseconds time();
  void count() { ++fired_; }

 private:
  const FaultRule* rule_;
  std::size_t index_;
  FaultDice dice_;
  std::uint64_t fired_ = 0;
};

/// What is to go wrong on the connections of a relay, and what did.
class FaultPlan {
 public:
  /// `watcher` outlives it.
  FaultPlan(std::vector<FaultRule> rules, std::uint64_t seed, FaultWatcher& watcher)
      : rules_(std::move(rules)), counts_(rules_.size()), seed_(seed), watcher_(watcher) {}

  [[nodiscard]] std::span<const FaultRule> rules() const { return rules_; }
  /// How often each fault happened.
  [[nodiscard]] std::span<const std::uint64_t> counts() const { return counts_; }

  /// The rules for a connection that asks for `path`, by chance where a rule says so. Those of the
  /// upgrade are of the direction recv.
  [[nodiscard]] std::vector<ActiveFault> choose(std::uint64_t connection, std::string_view path,
                                                script::Direction direction) const;
  void fire(const FaultFiring& firing);

 private:
  std::vector<FaultRule> rules_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t seed_;
  FaultWatcher& watcher_;
};

}  // namespace wskit::relay
