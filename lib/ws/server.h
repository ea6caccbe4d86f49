// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "core/clock.h"
#include "net/loop.h"
#include "net/socket_address.h"
#include "net/stream.h"
#include "wire/http.h"
#include "wire/server_handshake.h"
#include "ws/connection.h"
#include "ws/handler.h"
#include "ws/options.h"

namespace wskit::ws {

struct ServerOptions {
  ConnectionOptions connection;
  wire::UpgradePolicy upgrade;
  /// Answers the request instead of `upgrade`, right or wrong: 101 opens the connection whatever
  /// else the answer says.
  std::function<wire::UpgradeAnswer(const wire::HttpRequest&)> answer;
  wire::HttpRules request;
  /// From accept() to the whole request, and from a refusal to the end of the TCP connection.
  Nanoseconds open_timeout = std::chrono::seconds(10);
};

/// The server's side of WebSockets on streams that the caller accepted (RFC 6455 4.2): bare, for
/// what must see raw frames or make a client see broken ones. Must outlive its connections.
class Server {
 public:
  explicit Server(net::Loop& loop, ServerOptions options = {});

  /// Reads the request and answers it. The outcome is on_open, or on_error: upgrade_not_http,
  /// upgrade_too_big, upgrade_closed or upgrade_timeout, and upgrade_http_status for a request
  /// that was refused. Never inside this call.
  [[nodiscard]] std::unique_ptr<Connection> accept(std::unique_ptr<net::Stream> stream,
                                                   const net::SocketAddress& peer,
                                                   FrameHandler& handler);

  /// Of all its connections so far.
  [[nodiscard]] const Traffic& traffic() const { return context_.traffic; }

 private:
  friend class ServerOpening;

  ServerOptions options_;
  Context context_;
};

}  // namespace wskit::ws
