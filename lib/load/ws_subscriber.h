// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "load/subscriber.h"
#include "net/timer.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::load {

/// A subscriber whose messages come over a WebSocket. Where the plan says what confirms a
/// subscription it is up with that, and what comes before is no delivery.
class WsSubscriber final : public Subscriber, ws::Handler, net::TimerHandler {
 public:
  WsSubscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place);

  void connect() override;
  void close() override;

 private:
  void on_open(const ws::Opened& opened) override;
  void on_message(ws::MessageType type, std::span<const std::byte> payload,
                  ws::Received received) override;
  void on_small_messages(ws::SmallMessages& messages, Instant received) override;
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;
  void on_timer(Instant now) override;

  void receive(ws::MessageType type, std::span<const std::byte> payload, Instant received);
  void end(const ws::Failure& failure);

  /// Open, and not confirmed yet.
  struct Unconfirmed {
    ws::Opened opened;
    /// What came last.
    std::string heard;
  };

  std::unique_ptr<ws::Connection> connection_;
  std::unique_ptr<Unconfirmed> unconfirmed_;
  net::Timer timer_;
  bool up_ = false;
};

}  // namespace wskit::load
