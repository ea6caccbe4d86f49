// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "core/clock.h"
#include "http/redirect.h"
#include "net/dialer.h"
#include "wire/handshake.h"
#include "ws/connection.h"
#include "ws/handler.h"
#include "ws/hop.h"
#include "ws/options.h"

namespace wskit::ws {

struct ClientOptions {
  ConnectionOptions connection;
  /// From connect() to the open connection: names, TCP, TLS and upgrade together. The dialer's own
  /// timeout should not be longer.
  Nanoseconds open_timeout = std::chrono::seconds(10);
  /// Connect to this unix socket; host, port and scheme stay the URL's for everything else.
  std::string unix_socket;
  /// An answer that points elsewhere is followed within `open_timeout`.
  http::RedirectOptions redirects;
  /// Outlives the client; clients of several loops may share it.
  HopWatcher* watcher = nullptr;
};

/// Opens connections on one loop, to one URL unless told otherwise (RFC 6455 4.1). Must outlive its
/// connections.
class Client {
 public:
  Client(net::Dialer& dialer, wire::UpgradeRequest request, const ClientOptions& options = {});

  /// The outcome is on_open or on_error, never inside this call. Destroying the connection cancels.
  [[nodiscard]] std::unique_ptr<Connection> connect(FrameHandler& handler) {
    return connect(handler, request_);
  }
  /// The same with a request of its own, which must outlive the connection.
  [[nodiscard]] std::unique_ptr<Connection> connect(FrameHandler& handler,
                                                    const wire::UpgradeRequest& request);

  [[nodiscard]] const wire::UpgradeRequest& request() const { return request_; }
  /// Of all its connections so far.
  [[nodiscard]] const Traffic& traffic() const { return context_.traffic; }

 private:
  friend class ClientOpening;

  net::Dialer& dialer_;
  wire::UpgradeRequest request_;
  ClientOptions options_;
  Context context_;
};

}  // namespace wskit::ws
