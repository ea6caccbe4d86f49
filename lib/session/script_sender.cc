// SPDX-License-Identifier: MIT
#include "session/script_sender.h"

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/close_code.h"
#include "ws/connection.h"
#include "ws/options.h"

namespace wskit::session {

Expected<script::Room> send_scripted(ws::Connection* connection,
                                     const script::MessageView& message) {
  if (connection == nullptr || !connection->is_open()) {
    return fail(ErrorCode::closed_remote, "the connection is closing");
  }
  const auto bytes = as_bytes(message.payload);
  if (!script::is_data(message.type) && bytes.size() > wire::kMaxControlPayload) {
    return fail(ErrorCode::usage, "a control frame has at most 125 bytes (RFC 6455 5.5)");
  }
  auto result = ws::SendResult::queued;
  switch (message.type) {
    case script::MessageType::text:
      result = connection->send(ws::MessageType::text, bytes);
      break;
    case script::MessageType::binary:
      result = connection->send(ws::MessageType::binary, bytes);
      break;
    case script::MessageType::ping:
      result = connection->ping(bytes);
      break;
    case script::MessageType::pong:
      result = connection->pong(bytes);
      break;
    case script::MessageType::close:
      if (auto closed = connection->close(message.code, message.payload); !closed) {
        return std::unexpected(std::move(closed.error()));
      }
      break;
  }
  if (result == ws::SendResult::dropped) {
    return fail(ErrorCode::too_big,
                fmt::format("a message of {} bytes does not fit: at most {} MiB may be unsent",
                            bytes.size(), ws::ConnectionOptions().max_unsent_bytes >> 20U));
  }
  return result == ws::SendResult::queued ? script::Room::more : script::Room::full;
}

Expected<void> send_scripted_raw(ws::Connection* connection, std::string_view bytes) {
  if (connection == nullptr || connection->send_raw(as_bytes(bytes)) == ws::SendResult::dropped) {
    return fail(ErrorCode::closed_remote, "the connection is closing");
  }
  return {};
}

}  // namespace wskit::session
