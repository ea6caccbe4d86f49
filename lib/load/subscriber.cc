// SPDX-License-Identifier: MIT
#include "load/subscriber.h"

#include <array>
#include <string>

#include "core/bytes.h"
#include "load/publisher.h"
#include "load/worker.h"
#include "ws/small_messages.h"

namespace wskit::load {

Subscriber::Subscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place)
    : worker_(worker), topic_(topic), place_(place) {}

void Subscriber::connect() {
  opened_ = false;
  connection_ = worker_.connect_to(topic_, *this);
}

void Subscriber::fill_window(Instant now) {
  for (Publisher* const publisher : topic_.publishers) {
    publisher->fill_window(now);
  }
}

void Subscriber::close() {
  if (connection_ != nullptr && connection_->is_open()) {
    // 1000 is a code that may be sent: there is no failure to handle.
    static_cast<void>(connection_->close());
  }
}

void Subscriber::set_open(bool open) {
  constexpr std::uint32_t kBits = 64;
  const std::uint64_t bit = std::uint64_t{1} << place_ % kBits;
  std::uint64_t& word = topic_.open[place_ / kBits];
  word = open ? word | bit : word & ~bit;
  topic_.open_count = open ? topic_.open_count + 1 : topic_.open_count - 1;
}

void Subscriber::on_open(const ws::Opened& opened) {
  opened_ = true;
  worker_.tally().opened(opened);
  const FanoutPlan& plan = *worker_.plan().fanout;
  for (const std::string& message : plan.subscribe) {
    const std::string text = replace_placeholder(message, "topic", plan.topics[topic_.number]);
    connection_->send(ws::MessageType::text, as_bytes(text));
  }
  set_open(true);
  worker_.session_opened(*this);
}

void Subscriber::on_message(ws::MessageType type, std::span<const std::byte> payload,
                            ws::Received received) {
  read(type, payload, received.last);
}

void Subscriber::on_small_messages(ws::SmallMessages& messages, Instant received) {
  while (const wire::SmallMessage message = messages.next()) {
    read(ws::type_of(message.opcode), message.payload, received);
  }
}

void Subscriber::read(ws::MessageType type, std::span<const std::byte> payload, Instant received) {
  Tally& tally = worker_.tally();
  tally.payload_received(payload.size());
  Fanout& fanout = worker_.fanout();
  const FanoutMatcher::Delivery delivery = fanout.matcher().read(type, payload);
  if (delivery.kind == Reply::Kind::push) [[unlikely]] {
    return tally.push(received);
  }
  Publisher* const publisher =
      delivery.kind == Reply::Kind::unmatched ? nullptr : fanout.find(delivery.publisher);
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

void Subscriber::on_close(const ws::Closed& closed) {
  down(error_of(closed));
}

void Subscriber::on_error(const ws::Failure& failure) {
  if (!opened_) {
    connection_.reset();
    worker_.session_failed(*this, failure);
    return;
  }
  down(failure.error);
}

void Subscriber::down(const Error& cause) {
  connection_.reset();
  set_open(false);
  const Instant now = worker_.loop().now();
  for (Publisher* const publisher : topic_.publishers) {
    publisher->left(place_, now);
  }
  worker_.session_down(*this, cause);
}

}  // namespace wskit::load
