// SPDX-License-Identifier: MIT
#include "script/message.h"

#include <array>

namespace wskit::script {
namespace {

constexpr std::array<std::string_view, 5> kNames{"text", "binary", "ping", "pong", "close"};

}  // namespace

std::string_view name(MessageType type) {
  return kNames[static_cast<std::size_t>(type)];
}

std::optional<MessageType> message_type(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) {
      return static_cast<MessageType>(i);
    }
  }
  return std::nullopt;
}

}  // namespace wskit::script
