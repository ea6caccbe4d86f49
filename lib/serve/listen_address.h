// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace wskit::serve {

/// Where a server listens: a TCP host and port, or a unix socket's path.
struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the kernel chooses
  std::string unix_path;   // not empty: a unix socket, host and port are not used

  [[nodiscard]] bool is_unix() const { return !unix_path.empty(); }
};

/// "HOST:PORT", "[V6]:PORT", "PORT" or ":PORT" (both on 127.0.0.1), "unix:PATH". Fails with
/// ErrorCode::usage.
[[nodiscard]] Expected<ListenAddress> parse_listen_address(std::string_view text);

/// Whether only this machine reaches it.
[[nodiscard]] bool is_loopback(const ListenAddress& address);

/// The URL at which a client on this machine reaches the address, e.g. "ws://127.0.0.1:9001/" or
/// "ws+unix:/run/echo.sock"; a wildcard host becomes the loopback address of its family.
[[nodiscard]] std::string url_of(const ListenAddress& address, bool tls);

}  // namespace wskit::serve
