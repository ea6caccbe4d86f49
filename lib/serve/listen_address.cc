// SPDX-License-Identifier: MIT
#include "serve/listen_address.h"

#include <fmt/format.h>

#include "core/parse.h"

namespace wskit::serve {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr std::size_t kMaxUnixPath = 107;  // sockaddr_un's sun_path, less its terminator

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(
      ErrorCode::usage,
      fmt::format("listen address '{}': {}; use HOST:PORT, [IPV6]:PORT or unix:PATH", text, why));
}

Expected<ListenAddress> parse_unix(std::string_view text) {
  ListenAddress address;
  address.unix_path = text.substr(kUnixPrefix.size());
  if (address.unix_path.empty()) {
    return refuse(text, "the path is missing");
  }
  if (address.unix_path.size() > kMaxUnixPath) {
    return refuse(text, fmt::format("a socket's path has at most {} bytes", kMaxUnixPath));
  }
  return address;
}

}  // namespace

Expected<ListenAddress> parse_listen_address(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) {
    return parse_unix(text);
  }
  ListenAddress address;
  const std::size_t colon = text.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  std::string_view host = colon == std::string_view::npos ? "" : text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 3) {
      return refuse(text, "the bracket does not close before the port");
    }
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse(text, "an IPv6 address needs brackets");
  }
  const auto number = parse_integer(port, 0, 65'535);
  if (!number) {
    return refuse(text, fmt::format("'{}' is not a port from 0 to 65535", port));
  }
  address.port = static_cast<std::uint16_t>(*number);
  if (!host.empty()) {
    address.host = host;
  }
  return address;
}

// A name would have to be looked up, so that only the one counts that RFC 6761 keeps for it.
bool is_loopback(const ListenAddress& address) {
  const bool is_ipv4 = address.host.find_first_not_of("0123456789.") == std::string::npos;
  return address.is_unix() || address.host == "localhost" || address.host == "::1" ||
         (is_ipv4 && address.host.starts_with("127."));
}

std::string url_of(const ListenAddress& address, bool tls) {
  const std::string_view scheme = tls ? "wss" : "ws";
  if (address.is_unix()) {
    return fmt::format("{}+unix:{}", scheme, address.unix_path);
  }
  std::string host = address.host;
  if (host == "0.0.0.0") {
    host = "127.0.0.1";
  } else if (host == "::") {
    host = "::1";
  }
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}/", scheme, v6 ? "[" : "", host, v6 ? "]" : "", address.port);
}

}  // namespace wskit::serve
