// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "wire/authority.h"

namespace wskit::wire {

/// Where a WebSocket URL leads (RFC 6455 section 3, RFC 3986). Either `host` and `port` or, for
/// ws+unix, `unix_path` is set.
struct Uri {
  bool tls = false;
  /// Lower case, an IPv6 address without its brackets.
  std::string host;
  std::uint16_t port = 0;
  /// The socket's file, percent-decoded; whether it fits into a sockaddr_un is not checked here.
  std::string unix_path;
  std::optional<Credentials> credentials;
  /// Path and query for the request line, byte for byte as written, "/" at least.
  std::string target = "/";

  [[nodiscard]] bool is_ipv6() const;
  /// The Host header's value: the port only if it is not the scheme's own; "localhost" for ws+unix.
  [[nodiscard]] std::string host_header() const;
  /// "host:port", always with the port, an IPv6 address in brackets (for CONNECT and messages).
  [[nodiscard]] std::string host_port() const;
  /// The URL without user name and password, which travel in a header of their own.
  [[nodiscard]] std::string text() const;
  /// The URL for people and reports: no user name, no password, and query values whose names
  /// suggest a secret (token, key, auth, ...) replaced by "***".
  [[nodiscard]] std::string display() const;
};

/// Whether the name of a header or of a query's field suggests that its value is a secret: it has
/// auth, cookie, cred, jwt, key, pass, secret, session, sig or token in it.
[[nodiscard]] bool names_a_secret(std::string_view name);

/// The same of a request's or an answer's header: those of the handshake that only sound like a
/// secret (Sec-WebSocket-Key, Sec-WebSocket-Accept) are none.
[[nodiscard]] bool is_secret_header(std::string_view name);

/// A URL or its target with the values of such fields of its query replaced by "***".
[[nodiscard]] std::string without_secrets(std::string_view target);

/// Parses ws://HOST[:PORT][/PATH][?QUERY], wss:// the same, and ws+unix:SOCKET[:/PATH][?QUERY].
/// Fails with ErrorCode::bad_url, what is wrong and what to try; never quotes a password.
/// White space, control characters and bytes above 0x7e are refused anywhere: percent-encode them.
[[nodiscard]] Expected<Uri> parse_uri(std::string_view text);

}  // namespace wskit::wire
