// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "net/socket_address.h"

namespace wskit::net {

/// Asks the system for the stream addresses of `host`, port 0, in the order of RFC 6724; blocks.
/// `family` is AF_UNSPEC, AF_INET or AF_INET6. Fails with dns_not_found or dns_failed.
[[nodiscard]] Expected<std::vector<SocketAddress>> look_up(const std::string& host, int family);

/// What a failed getaddrinfo() means: `code` is its result, `system_error` errno for EAI_SYSTEM.
[[nodiscard]] Error look_up_error(const std::string& host, int code, int system_error);

}  // namespace wskit::net
