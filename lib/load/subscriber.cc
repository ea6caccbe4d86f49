// SPDX-License-Identifier: MIT
#include "load/subscriber.h"

#include <array>

#include "load/http_subscriber.h"
#include "load/publisher.h"
#include "load/worker.h"
#include "load/ws_subscriber.h"

namespace wskit::load {

std::unique_ptr<Subscriber> Subscriber::make(Worker& worker, FanoutTopic& topic,
                                             std::uint32_t place) {
  if (worker.plan().fanout->transport == FanoutTransport::ws) {
    return std::make_unique<WsSubscriber>(worker, topic, place);
  }
  return std::make_unique<HttpSubscriber>(worker, topic, place);
}

Subscriber::Subscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place)
    : worker_(worker), topic_(topic), place_(place) {}

void Subscriber::fill_window(Instant now) {
  for (Publisher* const publisher : topic_.publishers) {
    publisher->fill_window(now);
  }
}

void Subscriber::set_open(bool open) {
  constexpr std::uint32_t kBits = 64;
  const std::uint64_t bit = std::uint64_t{1} << place_ % kBits;
  std::uint64_t& word = topic_.open[place_ / kBits];
  word = open ? word | bit : word & ~bit;
  topic_.open_count = open ? topic_.open_count + 1 : topic_.open_count - 1;
}

void Subscriber::up(const ws::Opened& opened) {
  worker_.tally().opened(opened);
  set_open(true);
  worker_.session_opened(*this);
}

void Subscriber::read(ws::MessageType type, std::span<const std::byte> payload, Instant received) {
  worker_.tally().payload_received(payload.size());
  FanoutMatcher& matcher = worker_.fanout().matcher();
  if (matcher.whole()) {
    return take(matcher.read(type, payload), received);
  }
  for (const FanoutMatcher::Delivery& delivery : matcher.read_json(payload)) {
    take(delivery, received);
  }
}

void Subscriber::take(const FanoutMatcher::Delivery& delivery, Instant received) {
  Tally& tally = worker_.tally();
  if (delivery.kind == Reply::Kind::push) [[unlikely]] {
    return tally.push(received);
  }
  Publisher* const publisher =
      delivery.kind == Reply::Kind::unmatched ? nullptr : worker_.fanout().find(delivery.publisher);
  if (publisher == nullptr || &publisher->topic() != &topic_) [[unlikely]] {
    return tally.unmatched(received);
  }
  publisher->arrived({.sequence = delivery.sequence,
                      .subscriber = place_,
                      .intact = delivery.kind == Reply::Kind::answer,
                      .at = received});
}

void Subscriber::note(Oddity oddity, bool measured) {
  if (!measured) {
    return;
  }
  constexpr std::array kCounts{&stats::FanoutResult::subscribers_with_gaps,
                               &stats::FanoutResult::subscribers_with_duplicates,
                               &stats::FanoutResult::subscribers_with_reorders};
  const auto index = static_cast<unsigned>(oddity);
  stats::FanoutResult& result = *worker_.tally().fanout();
  result.gaps += static_cast<std::uint64_t>(oddity == Oddity::gap);
  if ((noted_ >> index & 1U) == 0) {
    noted_ = static_cast<std::uint8_t>(noted_ | 1U << index);
    ++(result.*kCounts[index]);
  }
}

void Subscriber::down(const Error& cause) {
  set_open(false);
  const Instant now = worker_.loop().now();
  for (Publisher* const publisher : topic_.publishers) {
    publisher->left(place_, now);
  }
  worker_.session_down(*this, cause);
}

}  // namespace wskit::load
