// SPDX-License-Identifier: MIT
#include "load/participant.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::load {

void send_each(ws::Connection& connection, const std::vector<std::string>& messages,
               const std::string& topic) {
  for (const std::string& message : messages) {
    const std::string text = replace_placeholder(message, "topic", topic);
    connection.send(ws::MessageType::text, as_bytes(text));
  }
}

bool answer_pings(ws::Connection& connection, const FanoutPlan& plan,
                  std::span<const std::byte> message) {
  if (plan.ping.empty()) {
    return false;
  }
  const std::string_view text = as_text(message);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line == plan.ping) {
      connection.send(ws::MessageType::text, as_bytes(plan.pong));
    }
  }
  return text == plan.ping;
}

Error error_of(const ws::Closed& closed) {
  return {.code = closed.by_peer ? ErrorCode::closed_remote : ErrorCode::closed_local,
          .message = fmt::format("closed with {} ({}){}{}", static_cast<unsigned>(closed.code),
                                 wire::name(closed.code), closed.reason.empty() ? "" : ": ",
                                 closed.reason)};
}

}  // namespace wskit::load
