// SPDX-License-Identifier: MIT
#include "ws/handler.h"

#include <utility>

namespace wskit::ws {

void Handler::on_data(const wire::FrameEvent& event, Instant received) {
  if (event.message_begin && event.message_end) [[likely]] {
    on_message(type_of(event.opcode), event.payload, {.first = received, .last = received});
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
  on_message(type_of(event.opcode), message, {.first = first_, .last = received});
}

}  // namespace wskit::ws
