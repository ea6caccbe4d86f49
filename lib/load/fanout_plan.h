// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "http/request.h"
#include "wire/handshake.h"

namespace wskit::load {

/// How subscribers receive; publishers use WebSocket.
enum class FanoutTransport : std::uint8_t {
  ws,
  sse,   ///< text/event-stream, each message the data of an event
  poll,  ///< Long polls, each a request of its own; see PollAnswer
};
[[nodiscard]] std::string_view name(FanoutTransport transport);

/// Who publishes what to whom. Publisher p and subscriber s belong to the topics p mod T and s mod
/// T. A topic belongs to one thread, so that nothing of what is counted is shared.
struct FanoutPlan {
  std::vector<std::string> topics;
  std::uint32_t publishers = 1;
  std::uint32_t subscribers = 100;
  /// Where each topic has a URL of its own: how it is asked for. Empty: at the target's URL.
  std::vector<wire::UpgradeRequest> requests;
  FanoutTransport transport = FanoutTransport::ws;
  /// How subscribers ask for each topic, but over WebSocket.
  std::vector<http::Request> http_requests;
  /// Sent by each connection, publishers too, once it is open, in this order; {{topic}} stands for
  /// its topic.
  std::vector<std::string> hello;
  /// Sent by each subscriber after that.
  std::vector<std::string> subscribe;
  /// A subscriber is there once a message with this text in it came; empty: at once.
  std::string subscribed;
  /// A message, or a line of one, that is this is answered with `pong` and is no delivery; empty:
  /// none is.
  std::string ping;
  std::string pong;
  /// What is sent for a message, with {{payload}} and {{topic}} in it; empty for the payload alone.
  std::string publish;
  /// Where the payload stands in what subscribers receive (RFC 6901); empty: it is all of it.
  std::string pointer;
};

/// Fails with ErrorCode::usage and what to change.
[[nodiscard]] Expected<void> validate(const FanoutPlan& plan);

/// Of the numbers below `all`, those whose topics t have t mod `threads` == `thread`, ascending.
[[nodiscard]] std::vector<std::uint32_t> members_of(const FanoutPlan& plan, std::uint32_t all,
                                                    std::uint32_t thread, std::uint32_t threads);

/// `text` with `value` for each {{name}}.
[[nodiscard]] std::string replace_placeholder(std::string text, std::string_view name,
                                              std::string_view value);

}  // namespace wskit::load
