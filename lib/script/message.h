// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/close_code.h"

namespace wskit::script {

enum class MessageType : std::uint8_t { text, binary, ping, pong, close };

/// "text", "binary", "ping", "pong" or "close": as recordings spell it.
[[nodiscard]] std::string_view name(MessageType type);
[[nodiscard]] std::optional<MessageType> message_type(std::string_view name);

/// Text or binary, no control frame.
[[nodiscard]] constexpr bool is_data(MessageType type) {
  return type == MessageType::text || type == MessageType::binary;
}

/// A whole message or control frame; `payload` belongs to somebody else.
struct MessageView {
  MessageType type = MessageType::text;
  /// Of a close: the reason.
  std::string_view payload;
  wire::CloseCode code = wire::CloseCode::no_status;
};

[[nodiscard]] constexpr bool is_data(const MessageView& message) {
  return is_data(message.type);
}

/// The same, owning its payload.
struct Message {
  MessageType type = MessageType::text;
  std::string payload;
  wire::CloseCode code = wire::CloseCode::no_status;

  [[nodiscard]] MessageView view() const { return {type, payload, code}; }
  bool operator==(const Message&) const = default;
};

}  // namespace wskit::script
