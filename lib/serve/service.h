// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "serve/upgrade_check.h"
#include "wire/close_code.h"
#include "wire/http.h"
#include "wire/server_handshake.h"

namespace wskit::serve {

class HttpExchange;
class ServiceThread;
class Session;

/// A whole message of a peer; the bytes die with the call.
struct IncomingMessage {
  std::string_view payload;
  bool binary = false;
  bool compressed = false;  // on the wire
  bool fragmented = false;  // into more than one frame
};

/// What a connection tells of its client, beside what the client says in its request.
struct Peer {
  std::string certificate_user;  // subject_of() the client certificate that TLS verified; "": none
};

/// What a service does with a request that it answers later; the exchange owns it, and lets it go
/// when the answer is written or the peer is gone.
class ExchangeHandler {
 public:
  virtual ~ExchangeHandler() = default;

  /// The server is stopping: the answer is to come to its end soon.
  virtual void on_drain() = 0;
  /// Messages of a stream that the connection has taken so far.
  [[nodiscard]] virtual std::uint64_t messages() const { return 0; }
};

/// What a Close frame says.
struct SessionEnd {
  wire::CloseCode code;
  std::string_view reason;
};

/// What a service does on one WebSocket connection, which owns it.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;

  virtual void on_open(Session& session) = 0;
  virtual void on_message(const IncomingMessage& message) = 0;
  /// The connection ends in order: appends all that is owed, a Close frame follows.
  virtual void on_ending(std::string& out) { (void)out; }
  /// How it ends when the server is stopping.
  [[nodiscard]] virtual SessionEnd drain_end(const SessionEnd& usual) const { return usual; }
  /// The connection ends at once: nothing more will be sent.
  virtual void on_failing() {}
};

/// What to do with an upgrade request: what is agreed, and who handles the connection.
struct Admission {
  UpgradeAgreement agreement;
  std::unique_ptr<SessionHandler> handler;
};

/// What a server is for; each service thread has its own, and calls it on that thread only.
class Service {
 public:
  virtual ~Service() = default;

  [[nodiscard]] virtual std::expected<Admission, wire::UpgradeAnswer> on_upgrade(
      const wire::HttpRequest& request, const Peer& peer) = 0;
  /// A request that is no upgrade, with its body: to be answered in the call, or later by a handler
  /// that the exchange is given in the call.
  virtual void on_request(HttpExchange& exchange, const wire::HttpRequest& request,
                          std::string_view body) = 0;
  /// Whether requests may have bodies: 413 and 411 are answered for it, and 405 where not.
  [[nodiscard]] virtual bool takes_bodies() const { return false; }
  /// The end of each turn, before what it queued is written and the thread waits.
  virtual void on_turn_end() {}
  /// Right after that: it is written, as far as the peers take it.
  virtual void on_turn_written() {}
};

/// Makes the service of one thread, which outlives it.
using ServiceFactory = std::function<std::unique_ptr<Service>(ServiceThread& thread)>;

}  // namespace wskit::serve
