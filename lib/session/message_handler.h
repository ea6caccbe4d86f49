// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "core/bytes.h"
#include "core/clock.h"
#include "script/message.h"
#include "ws/handler.h"

namespace wskit::session {

/// A ws::Handler that is told messages, Pings and Pongs in one way, as scripts and recordings see
/// them.
class MessageHandler : public ws::Handler {
 public:
  /// `message` dies when the callback returns.
  virtual void on_received(const script::MessageView& message, Instant at) = 0;

 protected:
  ~MessageHandler() = default;

 private:
  void on_message(ws::MessageType type, std::span<const std::byte> payload,
                  ws::Received received) final {
    on_received({.type = type == ws::MessageType::text ? script::MessageType::text
                                                       : script::MessageType::binary,
                 .payload = as_text(payload)},
                received.last);
  }
  void on_ping(std::span<const std::byte> payload, Instant received) final {
    on_received({.type = script::MessageType::ping, .payload = as_text(payload)}, received);
  }
  void on_pong(std::span<const std::byte> payload, Instant received) final {
    on_received({.type = script::MessageType::pong, .payload = as_text(payload)}, received);
  }
};

}  // namespace wskit::session
