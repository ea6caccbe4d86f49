// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace wskit::pubsub {

/// Why a command of the Centrifugo protocol was not served, by the numbers of the protocol.
enum class CentrifugoError : std::uint16_t {
  internal = 100,
  unauthorized = 101,
  unknown_channel = 102,
  permission_denied = 103,
  method_not_found = 104,
  already_subscribed = 105,
  limit_exceeded = 106,
  bad_request = 107,
  not_available = 108,
  token_expired = 109,
  too_many_requests = 111,
  unrecoverable_position = 112,
};

/// Why a connection ends, in its Close frame. Clients come back after those below 3500 only.
enum class CentrifugoDisconnect : std::uint16_t {
  shutdown = 3001,
  server_error = 3004,
  expired = 3005,
  slow = 3008,
  insufficient_state = 3010,
  no_pong = 3012,
  invalid_token = 3500,
  bad_request = 3501,
  stale = 3502,
};

/// Why the server ends a subscription. Clients ask for it again from 2500 on.
enum class CentrifugoUnsubscribe : std::uint16_t {
  server = 2000,
  expired = 2501,
};

[[nodiscard]] std::string_view text_of(CentrifugoError error);
[[nodiscard]] std::string_view text_of(CentrifugoDisconnect why);
[[nodiscard]] std::string_view text_of(CentrifugoUnsubscribe why);

/// The same command may be served a little later.
[[nodiscard]] constexpr bool is_temporary(CentrifugoError error) {
  return error == CentrifugoError::internal || error == CentrifugoError::too_many_requests;
}

}  // namespace wskit::pubsub
