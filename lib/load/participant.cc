// SPDX-License-Identifier: MIT
#include "load/participant.h"

#include <fmt/format.h>

#include "core/bytes.h"
#include "load/fanout_plan.h"

namespace wskit::load {

void send_each(ws::Connection& connection, const std::vector<std::string>& messages,
               const std::string& topic) {
  for (const std::string& message : messages) {
    const std::string text = replace_placeholder(message, "topic", topic);
    connection.send(ws::MessageType::text, as_bytes(text));
  }
}

Error error_of(const ws::Closed& closed) {
  return {.code = closed.by_peer ? ErrorCode::closed_remote : ErrorCode::closed_local,
          .message = fmt::format("closed with {} ({}){}{}", static_cast<unsigned>(closed.code),
                                 wire::name(closed.code), closed.reason.empty() ? "" : ": ",
                                 closed.reason)};
}

}  // namespace wskit::load
