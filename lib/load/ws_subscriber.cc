// SPDX-License-Identifier: MIT
#include "load/ws_subscriber.h"

#include <string>
#include <utility>

#include "core/bytes.h"
#include "load/worker.h"
#include "ws/small_messages.h"

namespace wskit::load {

void WsSubscriber::connect() {
  opened_ = false;
  connection_ = worker().connect_to(topic(), *this);
}

void WsSubscriber::close() {
  if (connection_ != nullptr && connection_->is_open()) {
    // 1000 is a code that may be sent: there is no failure to handle.
    static_cast<void>(connection_->close());
  }
}

void WsSubscriber::on_open(const ws::Opened& opened) {
  opened_ = true;
  const FanoutPlan& plan = *worker().plan().fanout;
  for (const std::string& message : plan.subscribe) {
    const std::string text = replace_placeholder(message, "topic", plan.topics[topic().number]);
    connection_->send(ws::MessageType::text, as_bytes(text));
  }
  up(opened);
}

void WsSubscriber::on_message(ws::MessageType type, std::span<const std::byte> payload,
                              ws::Received received) {
  read(type, payload, received.last);
}

void WsSubscriber::on_small_messages(ws::SmallMessages& messages, Instant received) {
  while (const wire::SmallMessage message = messages.next()) {
    read(ws::type_of(message.opcode), message.payload, received);
  }
}

void WsSubscriber::on_close(const ws::Closed& closed) {
  const auto gone = std::move(connection_);
  down(error_of(closed));
}

void WsSubscriber::on_error(const ws::Failure& failure) {
  const auto gone = std::move(connection_);
  if (opened_) {
    down(failure.error);
  } else {
    worker().session_failed(*this, failure);
  }
}

}  // namespace wskit::load
