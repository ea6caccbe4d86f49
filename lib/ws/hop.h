// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "net/dialer.h"
#include "wire/handshake.h"

namespace wskit::ws {

/// One request of a client's opening and what came of it; there are several where redirects are
/// followed. The references die when the callback returns.
struct Hop {
  const wire::UpgradeRequest& request;
  /// As it was sent, secrets included; empty if it never was.
  std::string bytes;
  /// The head has status 0 where no answer came.
  const wire::UpgradeResponse& response;
  net::DialTimes times;
  /// When the answer was complete, or the failure known.
  Instant ended;
  net::SocketAddress peer;
  /// net::ProxyServer::display(), if there is one.
  std::string proxy;
  std::optional<net::TlsAgreement> tls;
  /// With net::TlsOptions::describe_certificates; null where the server showed none.
  const net::ServerCertificates* certificates = nullptr;
  /// Why it failed; null for an open connection and for a redirect that is followed.
  const Error* error = nullptr;
};

/// Sees the openings of all connections of a client, on the loop's thread: for those who want to
/// show them, or to keep what they bring.
class HopWatcher {
 public:
  virtual void on_hop(const Hop& hop) = 0;

 protected:
  ~HopWatcher() = default;
};

}  // namespace wskit::ws
