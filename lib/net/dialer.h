// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "net/certificate.h"
#include "net/loop.h"
#include "net/proxy.h"
#include "net/resolver.h"
#include "net/socket_address.h"
#include "net/stream.h"
#include "net/tls_options.h"

namespace wskit::net {

/// Where to connect to, as a URL says it.
struct Endpoint {
  /// A name or a numeric address without brackets; unused with `unix_path`.
  std::string host;
  std::uint16_t port = 0;
  std::string unix_path;
  /// TLS on top of the connection.
  bool secure = false;
};

enum class Family : std::uint8_t { any, ipv4, ipv6 };

/// curl's --resolve: host and port to fixed addresses; host "*" is any host.
struct ResolveOverride {
  std::string host;
  std::uint16_t port = 0;
  std::vector<std::string> addresses;
};

/// curl's --connect-to: what the URL names to where the connection goes; an empty name or port 0
/// matches any, or keeps the URL's. Host header, SNI and certificate check stay the URL's.
struct ConnectTo {
  std::string host;
  std::uint16_t port = 0;
  std::string to_host;
  std::uint16_t to_port = 0;
};

struct DialOptions {
  /// From dial() until the stream is ready, names and TLS included; the caller's own steps
  /// (the upgrade) have to be bounded by the caller.
  Nanoseconds timeout = std::chrono::seconds(10);
  /// How long one address family has a head start over the next address (RFC 8305 section 5).
  Nanoseconds fallback_delay = std::chrono::milliseconds(250);
  Family family = Family::any;
  std::vector<ResolveOverride> resolve;
  std::vector<ConnectTo> connect_to;
  /// Used in turn, one a connection; empty leaves it to the kernel.
  std::vector<SocketAddress> sources;
  std::string interface;
  TlsOptions tls;
  ProxyOptions proxy;
};

/// When each step ended; a step that did not happen has the instant of the one before. With a proxy
/// `resolved` is about its name, and `connected` is when the tunnel through it stood.
struct DialTimes {
  Instant started;
  Instant resolved;
  Instant connected;
  Instant secured;
};

struct Dialed {
  std::unique_ptr<Stream> stream;
  /// The proxy's, if there is one.
  SocketAddress peer{};
  /// ProxyServer::display(), if there is one.
  std::string proxy{};
  DialTimes times;
  std::optional<TlsAgreement> tls;
};

class DialHandler {
 public:
  /// Set the stream's handler before returning. The Dial may be destroyed here.
  virtual void on_dialed(Dialed dialed) = 0;
  /// With TlsOptions::describe_certificates, before one of the other two; the Dial stays.
  virtual void on_certificates(ServerCertificates /*certificates*/) {}
  /// The last address's failure, with the stage and cause in its code.
  virtual void on_dial_failed(const Error& error) = 0;

 protected:
  ~DialHandler() = default;
};

/// One attempt; destroying it cancels.
class Dial {
 public:
  virtual ~Dial() = default;
};

/// Makes connections for one loop: resolves without blocking it, tries IPv6 and IPv4 side by side
/// (RFC 8305), goes through a proxy, and lays TLS on top. Holds the loop's SSL_CTX and session
/// store.
class Dialer {
 public:
  /// Fails when the TLS options cannot be used (unreadable file, key that does not match).
  /// `resolver` is shared by all loops of the process and outlives the dialer.
  [[nodiscard]] static Expected<std::unique_ptr<Dialer>> create(Loop& loop, Resolver& resolver,
                                                                const DialOptions& options);
  virtual ~Dialer() = default;

  [[nodiscard]] virtual Loop& loop() = 0;
  /// The outcome comes to `handler`, never inside this call. The Dial must not outlive the dialer.
  [[nodiscard]] virtual std::unique_ptr<Dial> dial(const Endpoint& endpoint,
                                                   DialHandler& handler) = 0;
};

}  // namespace wskit::net
