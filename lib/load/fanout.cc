// SPDX-License-Identifier: MIT
#include "load/fanout.h"

#include <algorithm>

#include "load/worker.h"

namespace wskit::load {

Fanout::Fanout(Worker& worker, const Slice& slice)
    : plan_(*worker.plan().fanout), matcher_(worker.plan()), by_number_(plan_.publishers) {
  const auto count = static_cast<std::uint32_t>(plan_.topics.size());
  for (std::uint32_t number = slice.index; number < count; number += slice.count) {
    topics_.emplace_back().number = number;
  }
  const auto topic_of = [&](std::uint32_t number) -> FanoutTopic& {
    return topics_[(number % count - slice.index) / slice.count];
  };
  for (const std::uint32_t s : members_of(plan_, plan_.subscribers, slice.index, slice.count)) {
    FanoutTopic& topic = topic_of(s);
    subscribers_.push_back(Subscriber::make(worker, topic, topic.size()));
    topic.subscribers.push_back(subscribers_.back().get());
  }
  for (FanoutTopic& topic : topics_) {
    constexpr std::size_t kBits = 64;
    topic.open.resize((topic.subscribers.size() + kBits - 1) / kBits);
  }
  for (const std::uint32_t p : members_of(plan_, plan_.publishers, slice.index, slice.count)) {
    FanoutTopic& topic = topic_of(p);
    topic.publishers.push_back(&publishers_.emplace_back(worker, topic, p));
    by_number_[p] = topic.publishers.back();
  }
  stats::FanoutResult& result = *worker.tally().fanout();
  result.topics = topics_.size();
  result.publishers = publishers_.size();
  result.subscribers = subscribers_.size();
}

Fanout::~Fanout() = default;

std::vector<Participant*> Fanout::participants() {
  std::vector<Participant*> all;
  all.reserve(subscribers_.size() + publishers_.size());
  for (const auto& subscriber : subscribers_) {
    all.push_back(subscriber.get());
  }
  for (Publisher& publisher : publishers_) {
    all.push_back(&publisher);
  }
  return all;
}

Publisher* Fanout::find(std::uint32_t number) const {
  return number < by_number_.size() ? by_number_[number] : nullptr;
}

const wire::UpgradeRequest* Fanout::request_for(const FanoutTopic& topic) const {
  return plan_.requests.empty() ? nullptr : &plan_.requests[topic.number];
}

bool Fanout::goes_on() const {
  return std::ranges::any_of(topics_, [](const FanoutTopic& topic) {
    return topic.open_count != 0 &&
           std::ranges::any_of(topic.publishers, [](const Publisher* p) { return p->is_open(); });
  });
}

std::uint64_t Fanout::forgo_dead() {
  std::uint64_t messages = 0;
  for (Publisher& publisher : publishers_) {
    if (!publisher.is_open() || publisher.topic().open_count == 0) {
      messages += publisher.forgo();
    }
  }
  return messages;
}

}  // namespace wskit::load
