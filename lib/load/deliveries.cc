// SPDX-License-Identifier: MIT
#include "load/deliveries.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/check.h"

namespace wskit::load {

bool Deliveries::Stream::miss(std::uint64_t sequence) {
  if (sequence != missed_end) {
    counted = false;
  }
  missed_end = sequence + 1;
  if (counted || next <= sequence) {
    return false;
  }
  counted = true;
  return true;
}

bool Deliveries::Stream::come(std::uint64_t sequence) {
  next = std::max(next, sequence + 1);
  if (counted || sequence < missed_end) {
    return false;
  }
  counted = true;
  return true;
}

Deliveries::Deliveries(std::uint32_t subscribers) : streams_(subscribers) {}

std::uint32_t Deliveries::send(std::uint64_t sequence, const SubscriberBits& open) {
  check(sequence >= head_ + entries_.size(), "messages are sent in their order");
  if (entries_.empty()) {
    head_ = sequence;
  }
  entries_.resize(static_cast<std::size_t>(sequence - head_) + 1);
  Entry& entry = entries_.back();
  if (!spare_.empty()) {
    entry.awaited = std::move(spare_.back());
    spare_.pop_back();
  }
  entry.awaited = open;
  entry.out = true;
  for (const std::uint64_t word : open) {
    entry.left += static_cast<std::uint32_t>(std::popcount(word));
  }
  entry.message.absent = static_cast<std::uint32_t>(streams_.size()) - entry.left;
  if (entry.message.absent != 0) [[unlikely]] {
    miss_absent(sequence, open);
  }
  return entry.left;
}

void Deliveries::miss_absent(std::uint64_t sequence, const SubscriberBits& open) {
  for (std::uint32_t subscriber = 0; subscriber < streams_.size(); ++subscriber) {
    if ((open[subscriber / kBits] & bit(subscriber)) == 0) {
      streams_[subscriber].missing.add(sequence);
    }
  }
}

bool Deliveries::is_out(std::uint64_t sequence) const {
  return sequence - head_ < entries_.size() &&
         entries_[static_cast<std::size_t>(sequence - head_)].out;
}

Deliveries::Arrival Deliveries::arrive(const Arrived& arrived) {
  const std::uint64_t sequence = arrived.sequence;
  if (sequence >= head_ + entries_.size()) [[unlikely]] {
    return {};
  }
  const std::size_t word = arrived.subscriber / kBits;
  const std::uint64_t mask = bit(arrived.subscriber);
  if (!is_out(sequence) || (at(sequence).awaited[word] & mask) == 0) [[unlikely]] {
    return {.verdict = again(sequence, arrived.subscriber)};
  }
  Entry& entry = at(sequence);
  entry.awaited[word] &= ~mask;
  --entry.left;
  Stream& stream = streams_[arrived.subscriber];
  Arrival arrival{.verdict = arrived.intact ? Verdict::delivered : Verdict::damaged,
                  .reordered = sequence + 1 < stream.next,
                  .gap = stream.come(sequence),
                  .resolved = entry.left == 0};
  if (!arrived.intact) [[unlikely]] {
    ++entry.message.damaged;
    return arrival;
  }
  if (entry.message.delivered++ == 0) {
    entry.message.first = arrived.at;
  }
  entry.message.last = arrived.at;
  return arrival;
}

Deliveries::Verdict Deliveries::again(std::uint64_t sequence, std::uint32_t subscriber) {
  return streams_[subscriber].missing.take(sequence) ? Verdict::late : Verdict::duplicate;
}

std::optional<std::uint64_t> Deliveries::first_unawaited() const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].out && entries_[i].left == 0) {
      return head_ + i;
    }
  }
  return std::nullopt;
}

Deliveries::Message Deliveries::close(std::uint64_t sequence) {
  check(is_out(sequence) && at(sequence).left == 0, "a message that nobody waits for is closed");
  Entry& entry = at(sequence);
  entry.out = false;
  spare_.push_back(std::move(entry.awaited));
  const Message message = entry.message;
  while (!entries_.empty() && !entries_.front().out) {
    entries_.pop_front();
    ++head_;
  }
  return message;
}

}  // namespace wskit::load
