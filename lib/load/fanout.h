// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "load/fanout_matcher.h"
#include "load/fanout_topic.h"
#include "load/participant.h"
#include "load/plan.h"
#include "load/publisher.h"
#include "load/subscriber.h"
#include "wire/handshake.h"

namespace wskit::load {

class Worker;

/// One thread's topics, with all who publish to them and subscribe to them.
class Fanout {
 public:
  Fanout(Worker& worker, const Slice& slice);
  Fanout(const Fanout&) = delete;
  Fanout& operator=(const Fanout&) = delete;
  ~Fanout();

  /// Subscribers first: they are to be there before anything is published.
  [[nodiscard]] std::vector<Participant*> participants();
  /// By its place among the thread's publishers.
  [[nodiscard]] Publisher& publisher(std::uint32_t slot) { return publishers_[slot]; }
  /// By its number in the plan; null when it is not this thread's.
  [[nodiscard]] Publisher* find(std::uint32_t number) const;
  [[nodiscard]] FanoutMatcher& matcher() { return matcher_; }
  /// How the topic is asked for; null: at the URL of all.
  [[nodiscard]] const wire::UpgradeRequest* request_for(const FanoutTopic& topic) const;

  /// Whether some topic has both who publishes and who would receive.
  [[nodiscard]] bool goes_on() const;
  /// Who publishes to a topic without any subscriber left, or is gone, does so no more. How many
  /// messages of the plan's limit that leaves out.
  std::uint64_t forgo_dead();

 private:
  const FanoutPlan& plan_;
  FanoutMatcher matcher_;
  std::vector<FanoutTopic> topics_;
  std::deque<Publisher> publishers_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::vector<Publisher*> by_number_;
};

}  // namespace wskit::load
