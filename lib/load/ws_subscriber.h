// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "load/subscriber.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::load {

/// A subscriber whose messages come over a WebSocket.
class WsSubscriber final : public Subscriber, ws::Handler {
 public:
  WsSubscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place)
      : Subscriber(worker, topic, place) {}

  void connect() override;
  void close() override;

 private:
  void on_open(const ws::Opened& opened) override;
  void on_message(ws::MessageType type, std::span<const std::byte> payload,
                  ws::Received received) override;
  void on_small_messages(ws::SmallMessages& messages, Instant received) override;
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;

  std::unique_ptr<ws::Connection> connection_;
  bool opened_ = false;
};

}  // namespace wskit::load
