// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/clock.h"
#include "serve/log.h"
#include "wire/close_code.h"
#include "wire/http.h"

namespace wskit::serve {

class HttpExchange;
class Session;

/// Where a socket's peer is: "127.0.0.1:5000", "[::1]:5000", or "unix".
[[nodiscard]] std::string peer_of(int socket);

/// Tells the sink of a thread's connections: "open" and "close" of WebSockets, "refuse" of
/// upgrades, "request" of answered HTTP requests. Does nothing, and keeps nothing, while it is off.
class EventLog {
 public:
  /// `numbers` counts the server's connections; both outlive it.
  EventLog(const LogSink& sink, bool on, std::atomic<std::uint64_t>& numbers)
      : sink_(sink), numbers_(numbers), on_(on && sink != nullptr) {}

  [[nodiscard]] bool on() const { return on_; }

  struct Opening {
    int socket = -1;
    std::string_view target;
    std::string_view subprotocol;
  };
  void opened(const Session& session, const Opening& opening, Instant now);
  /// What its Close frame says: the first one counts, the peer's or ours.
  void closing(const Session& session, wire::CloseCode code, std::string_view reason, bool by_peer);
  void closed(const Session& session, Instant now);
  void refused(int socket, std::string_view target, int status, std::string_view why);

  struct Answered {
    int socket = -1;
    const wire::HttpRequest& request;
    int status = 0;
    Nanoseconds took{};
  };
  void answered(const Answered& answered);

 private:
  struct Connection {
    std::uint64_t number = 0;
    Instant opened{};
    bool has_close = false;
    bool by_peer = false;
    wire::CloseCode code{};
    std::string reason;
  };

  const LogSink& sink_;
  std::atomic<std::uint64_t>& numbers_;
  bool on_;
  std::unordered_map<const Session*, Connection> connections_;
};

}  // namespace wskit::serve
