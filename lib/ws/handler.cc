// SPDX-License-Identifier: MIT
#include "ws/handler.h"

#include <utility>

namespace wskit::ws {
namespace {

MessageType message_type(wire::Opcode opcode) {
  return opcode == wire::Opcode::text ? MessageType::text : MessageType::binary;
}

}  // namespace

void Handler::on_data(const wire::FrameEvent& event, Instant received) {
  if (event.message_begin && event.message_end) [[likely]] {
    on_message(message_type(event.opcode), event.payload, {.first = received, .last = received});
    return;
  }
  append(event, received);
}

void Handler::append(const wire::FrameEvent& event, Instant received) {
  if (event.message_begin) {
    partial_.clear();
    first_ = received;
  }
  partial_.insert(partial_.end(), event.payload.begin(), event.payload.end());
  if (!event.message_end) {
    return;
  }
  // The handler may be destroyed by its own callback: the message must not go with it.
  const std::vector<std::byte> message = std::exchange(partial_, {});
  on_message(message_type(event.opcode), message, {.first = first_, .last = received});
}

}  // namespace wskit::ws
