// SPDX-License-Identifier: MIT
#include "load/ws_subscriber.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"
#include "load/worker.h"
#include "wire/excerpt.h"
#include "ws/small_messages.h"

namespace wskit::load {

WsSubscriber::WsSubscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place)
    : Subscriber(worker, topic, place), timer_(worker.loop().timers(), *this) {}

void WsSubscriber::connect() {
  connection_ = worker().connect_to(topic(), *this);
}

void WsSubscriber::close() {
  if (up_ && connection_->is_open()) {
    // 1000 is a code that may be sent: there is no failure to handle.
    static_cast<void>(connection_->close());
  }
}

void WsSubscriber::on_open(const ws::Opened& opened) {
  const FanoutPlan& plan = *worker().plan().fanout;
  const std::string& name = plan.topics[topic().number];
  send_each(*connection_, plan.hello, name);
  send_each(*connection_, plan.subscribe, name);
  if (!plan.subscribed.empty()) {
    unconfirmed_ = std::make_unique<Unconfirmed>(opened, "");
    timer_.arm(worker().loop().now() + worker().open_timeout());
    return;
  }
  up_ = true;
  up(opened);
}

void WsSubscriber::on_message(ws::MessageType type, std::span<const std::byte> payload,
                              ws::Received received) {
  receive(type, payload, received.last);
}

void WsSubscriber::on_small_messages(ws::SmallMessages& messages, Instant received) {
  while (const wire::SmallMessage message = messages.next()) {
    receive(ws::type_of(message.opcode), message.payload, received);
  }
}

void WsSubscriber::receive(ws::MessageType type, std::span<const std::byte> payload,
                           Instant received) {
  const bool only_ping = answer_pings(*connection_, *worker().plan().fanout, payload);
  if (up_ && !only_ping) [[likely]] {
    return read(type, payload, received);
  }
  worker().tally().payload_received(payload.size());
  if (only_ping) {
    return;
  }
  const std::string_view text = as_text(payload);
  if (text.find(worker().plan().fanout->subscribed) == std::string_view::npos) {
    unconfirmed_->heard = wire::excerpt(text);
    return;
  }
  timer_.cancel();
  const auto confirmed = std::move(unconfirmed_);
  up_ = true;
  up(confirmed->opened);
}

void WsSubscriber::on_close(const ws::Closed& closed) {
  end({.error = error_of(closed)});
}

void WsSubscriber::on_error(const ws::Failure& failure) {
  end(failure);
}

void WsSubscriber::on_timer(Instant /*now*/) {
  const std::string& heard = unconfirmed_->heard;
  end({.error = {
           .code = ErrorCode::timeout,
           .message = fmt::format(
               "within {} no message with '{}' in it confirmed a subscription; {}",
               format_duration(worker().open_timeout()), escape(worker().plan().fanout->subscribed),
               heard.empty() ? "nothing came" : fmt::format("what came last: {}", heard))}});
}

void WsSubscriber::end(const ws::Failure& failure) {
  const auto gone = std::move(connection_);
  timer_.cancel();
  unconfirmed_.reset();
  if (std::exchange(up_, false)) {
    down(failure.error);
  } else {
    worker().session_failed(*this, failure);
  }
}

}  // namespace wskit::load
