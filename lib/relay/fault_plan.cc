// SPDX-License-Identifier: MIT
#include "relay/fault_plan.h"

namespace wskit::relay {
namespace {

/// Dice of a request's rules are others than those of the plan's.
constexpr std::uint64_t kAskedDice = std::uint64_t{1} << 32U;

/// Chance decides about the connection, not about each message.
bool is_chosen_once(FaultMoment moment) {
  return moment != FaultMoment::message && moment != FaultMoment::pong;
}

FaultMoment moment_of(const FaultRule& rule) {
  return form_of(rule.kind).moment;
}

constexpr std::uint64_t kSendDice = 1;
constexpr std::uint64_t kRecvDice = 2;

bool is_about_send(const FaultRule& rule) {
  return moment_of(rule) != FaultMoment::accept && moment_of(rule) != FaultMoment::upgrade &&
         rule.send;
}

bool is_about_recv(const FaultRule& rule) {
  return moment_of(rule) != FaultMoment::accept &&
         (moment_of(rule) == FaultMoment::upgrade || rule.recv);
}

bool is_about_accept(const FaultRule& rule) {
  return moment_of(rule) == FaultMoment::accept;
}

LiveFaultPointer make_live(FaultRule rule, std::uint64_t id) {
  auto live = std::make_shared<LiveFault>();  // see LiveFaultPointer
  live->rule = std::move(rule);
  live->id = id;
  return live;
}

}  // namespace

bool ActiveFault::strikes(std::uint64_t message, Nanoseconds age) {
  if (is_spent() || message <= rule().after || age < rule().at ||
      (message - rule().after - 1) % rule().every != 0) {
    return false;
  }
  return dice_.falls(rule().percent);
}

Nanoseconds ActiveFault::time() {
  const Nanoseconds fixed = rule().time.value_or(Nanoseconds(0));
  if (rule().jitter.count() == 0) {
    return fixed;
  }
  const auto width = static_cast<std::uint64_t>(rule().jitter.count()) * 2 + 1;
  return fixed - rule().jitter + Nanoseconds(static_cast<std::int64_t>(dice_.below(width)));
}

FaultPlan::FaultPlan(std::vector<FaultRule> rules, std::uint64_t seed, FaultWatcher& watcher)
    : seed_(seed), watcher_(watcher) {
  for (FaultRule& rule : rules) {
    ++last_id_;
    count_of(rule.text);
    rules_.emplace(last_id_, make_live(std::move(rule), last_id_));
  }
  size_ = rules_.size();
}

std::uint64_t FaultPlan::add(FaultRule rule) {
  const std::scoped_lock lock(mutex_);
  if (rules_.size() >= kMostRules) {
    return 0;
  }
  ++last_id_;
  count_of(rule.text);
  rules_.emplace(last_id_, make_live(std::move(rule), last_id_));
  size_ = rules_.size();
  return last_id_;
}

bool FaultPlan::withdraw(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  const auto found = rules_.find(id);
  if (found == rules_.end()) {
    return false;
  }
  found->second->withdrawn = true;
  rules_.erase(found);
  size_ = rules_.size();
  return true;
}

void FaultPlan::withdraw_all() {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, fault] : rules_) {
    fault->withdrawn = true;
  }
  rules_.clear();
  size_ = 0;
}

std::vector<FaultCount> FaultPlan::faults() const {
  const std::scoped_lock lock(mutex_);
  std::vector<FaultCount> faults;
  faults.reserve(rules_.size());
  for (const auto& [id, fault] : rules_) {
    faults.push_back({.id = id, .rule = fault->rule.text, .fired = fault->fired});
  }
  return faults;
}

std::vector<FaultCount> FaultPlan::counts() const {
  const std::scoped_lock lock(mutex_);
  std::vector<FaultCount> counts;
  counts.reserve(texts_.size());
  for (const auto& [text, fired] : texts_) {
    counts.push_back({.rule = text, .fired = fired});
  }
  return counts;
}

std::uint64_t& FaultPlan::count_of(const std::string& text) {
  const bool known = texts_.contains(text) || texts_.size() < kMostTexts;
  return texts_[known ? text : "other"];
}

std::vector<LiveFaultPointer> FaultPlan::rules_for(const FaultSubject& subject) const {
  std::vector<LiveFaultPointer> found(subject.asked.begin(), subject.asked.end());
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, fault] : rules_) {
    if (fault->rule.is_for(subject.number, subject.path)) {
      found.push_back(fault);
    }
  }
  return found;
}

std::vector<ActiveFault> FaultPlan::choose(const FaultSubject& subject,
                                           script::Direction direction) const {
  const bool send = direction == script::Direction::send;
  return choose_if(subject, send ? kSendDice : kRecvDice, send ? is_about_send : is_about_recv);
}

std::vector<ActiveFault> FaultPlan::choose_at_accept(std::uint64_t connection) const {
  return choose_if({.number = connection, .path = {}, .asked = {}}, kRecvDice, is_about_accept);
}

std::vector<ActiveFault> FaultPlan::choose_if(const FaultSubject& subject, std::uint64_t way,
                                              IsAbout is_about) const {
  std::vector<ActiveFault> chosen;
  std::uint64_t asked = kAskedDice;
  for (LiveFaultPointer& fault : rules_for(subject)) {
    const FaultRule& rule = fault->rule;
    const std::uint64_t number = fault->id != 0 ? fault->id : ++asked;
    if (!is_about(rule)) {
      continue;
    }
    FaultDice dice = FaultDice(seed_).derive(number).derive(subject.number);
    // Before the directions part: a fault of a connection is one in both or in neither.
    if (!is_chosen_once(moment_of(rule)) || dice.falls(rule.percent)) {
      chosen.emplace_back(std::move(fault), dice.derive(way));
    }
  }
  return chosen;
}

void FaultPlan::fire(const ActiveFault& fault, std::uint64_t connection, Instant at) {
  const LiveFault& live = *fault.fault();
  fault.fault()->fired.fetch_add(1, std::memory_order_relaxed);
  {
    const std::scoped_lock lock(mutex_);
    ++count_of(live.rule.text);
  }
  watcher_.on_fault({.connection = connection, .rule = live.rule.text, .at = at});
}

}  // namespace wskit::relay
