// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "net/tls_options.h"
#include "wire/authority.h"

namespace wskit::net {

struct Endpoint;

enum class ProxyKind : std::uint8_t {
  http,    // CONNECT
  https,   // CONNECT over TLS
  socks5,  // with names resolved here
  socks5h  // with names resolved there
};

struct ProxyServer {
  ProxyKind kind = ProxyKind::http;
  /// A name or a numeric address without brackets.
  std::string host;
  std::uint16_t port = 0;
  std::optional<wire::Credentials> credentials;

  /// "socks5h://127.0.0.1:1080", without user name and password.
  [[nodiscard]] std::string display() const;
};

/// "http://me:secret@proxy.example:3128". As in curl no scheme means http, and no port 1080, but
/// for https 443. Fails with ErrorCode::usage, and never quotes a password.
[[nodiscard]] Expected<ProxyServer> parse_proxy(std::string_view url);

/// Fails with ErrorCode::usage if `proxy` cannot be given these credentials: SOCKS5 has room for 1
/// to 255 bytes each.
[[nodiscard]] Expected<void> check_proxy_credentials(const ProxyServer& proxy);

/// Through which proxy connections go.
struct ProxyOptions {
  /// For connections without and with TLS to the target.
  std::optional<ProxyServer> for_ws;
  std::optional<ProxyServer> for_wss;
  /// Hosts that are reached without it, in curl's syntax: names and numeric addresses, parted by
  /// commas or spaces; a name is a domain, too; ADDRESS/BITS is a block; "*" is every host.
  std::string no_proxy;
  /// Whether this machine, too, is reached through it.
  bool loopback = true;
  /// For the TLS of an https proxy itself.
  TlsOptions tls;
};

/// The one that a connection to `endpoint` goes through; null for none. A unix socket has none.
[[nodiscard]] const ProxyServer* proxy_for(const ProxyOptions& options, const Endpoint& endpoint);

}  // namespace wskit::net
