// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "relay/fault_dice.h"
#include "relay/fault_form.h"
#include "relay/fault_rule.h"

namespace wskit::relay {

/// That a fault happened; the text dies with the call.
struct FaultFiring {
  std::uint64_t connection = 0;
  /// The rule, as it was written.
  std::string_view rule;
  Instant at;
};

class FaultWatcher {
 public:
  /// On the thread of the connection.
  virtual void on_fault(const FaultFiring& firing) = 0;

 protected:
  ~FaultWatcher() = default;
};

/// A rule of a plan, or of one request alone.
struct LiveFault {
  FaultRule rule;
  /// Its number in the plan, from 1; 0 for one of a request.
  std::uint64_t id = 0;
  /// It may happen no more, also where it is for connections that stand.
  std::atomic<bool> withdrawn{false};
  std::atomic<std::uint64_t> fired{0};
};

/// Shared by the plan and the connections that the rule is for: either may go first.
using LiveFaultPointer = std::shared_ptr<LiveFault>;

/// A rule on one connection, in one direction.
class ActiveFault {
 public:
  ActiveFault(LiveFaultPointer fault, FaultDice dice) : fault_(std::move(fault)), dice_(dice) {}

  [[nodiscard]] const FaultRule& rule() const { return fault_->rule; }
  [[nodiscard]] const FaultForm& form() const { return form_of(rule().kind); }
  [[nodiscard]] const LiveFaultPointer& fault() const { return fault_; }
  [[nodiscard]] FaultDice& dice() { return dice_; }

  /// It may happen no more.
  [[nodiscard]] bool is_spent() const {
    const bool once = form().moment != FaultMoment::message && form().moment != FaultMoment::pong;
    return fault_->withdrawn.load(std::memory_order_relaxed) ||
           (fired_ >= (once ? 1 : rule().times) && (once || rule().times != 0));
  }
  /// Whether it happens to the n-th message (from 1) of those that it is about, `age` after the
  /// WebSocket opened. Asked once for each.
  [[nodiscard]] bool strikes(std::uint64_t message, Nanoseconds age);
  /// The rule's time, up or down by its jitter.
  [[nodiscard]] Nanoseconds time();
  void count() { ++fired_; }

 private:
  LiveFaultPointer fault_;
  FaultDice dice_;
  std::uint64_t fired_ = 0;
};

/// A connection, as rules look at it.
struct FaultSubject {
  std::uint64_t number = 0;
  std::string_view path;
  /// Rules that it asks for itself.
  std::span<const LiveFaultPointer> asked;
};

/// How often a rule happened.
struct FaultCount {
  std::uint64_t id = 0;  // 0: see FaultPlan::counts()
  std::string rule;
  std::uint64_t fired = 0;
};

/// What is to go wrong on the connections of a relay, and what did. Rules come and go; any thread.
class FaultPlan {
 public:
  /// `watcher` outlives it.
  FaultPlan(std::vector<FaultRule> rules, std::uint64_t seed, FaultWatcher& watcher);

  /// For connections that come from now on. Returns its number; 0 when the plan is full.
  std::uint64_t add(FaultRule rule);
  /// False when there is no such rule (any longer).
  bool withdraw(std::uint64_t id);
  void withdraw_all();
  [[nodiscard]] bool empty() const { return size_.load(std::memory_order_relaxed) == 0; }
  /// The rules that there are, in the order of their numbers.
  [[nodiscard]] std::vector<FaultCount> faults() const;
  /// What happened since the start, by the rules' texts: those that there are, those withdrawn, and
  /// those of requests. After so many different ones the further ones are "other".
  [[nodiscard]] std::vector<FaultCount> counts() const;

  /// The rules for a connection, by chance where a rule says so. Those of the upgrade are of the
  /// direction recv.
  [[nodiscard]] std::vector<ActiveFault> choose(const FaultSubject& subject,
                                                script::Direction direction) const;
  /// Those of FaultMoment::accept, for which choose() is no place.
  [[nodiscard]] std::vector<ActiveFault> choose_at_accept(std::uint64_t connection) const;
  void fire(const ActiveFault& fault, std::uint64_t connection, Instant at);

 private:
  static constexpr std::size_t kMostRules = 10'000;
  static constexpr std::size_t kMostTexts = 500;

  using IsAbout = bool (*)(const FaultRule&);

  [[nodiscard]] std::vector<ActiveFault> choose_if(const FaultSubject& subject, std::uint64_t way,
                                                   IsAbout is_about) const;
  [[nodiscard]] std::vector<LiveFaultPointer> rules_for(const FaultSubject& subject) const;
  std::uint64_t& count_of(const std::string& text);

  std::uint64_t seed_;
  FaultWatcher& watcher_;
  std::atomic<std::size_t> size_{0};
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, LiveFaultPointer> rules_;
  std::map<std::string, std::uint64_t, std::less<>> texts_;
};

}  // namespace wskit::relay
