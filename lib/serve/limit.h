// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wskit::serve {

/// What a client came up against, for answers and metrics.
enum class Limit : std::uint8_t {
  connections,          // of the server
  address_connections,  // of the client's address
  descriptors,          // of the process: connections waited to be accepted
  handshake_time,       // of a request with its body, or of a TLS handshake
  header_bytes,         // of a request
  message_bytes,        // of a message or a body
  inflate_ratio,        // of a compressed message
  topics,               // of a connection
  subscriptions,        // of the server
};
inline constexpr std::size_t kLimitCount = static_cast<std::size_t>(Limit::subscriptions) + 1;

/// As the enumerator is spelt, for metrics and logs.
[[nodiscard]] std::string_view name(Limit limit);

/// What answers a request that there is no room for.
struct LimitRefusal {
  int status;
  std::string_view why;
};
/// Of `connections`, `address_connections` and `subscriptions`.
[[nodiscard]] LimitRefusal refusal_of(Limit limit);

}  // namespace wskit::serve
