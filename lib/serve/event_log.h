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

struct lws;

namespace wskit::serve {

class HttpExchange;
class Peers;
class Session;

/// Tells the sink of a thread's connections: "open" and "close" of WebSockets, "refuse" of
/// upgrades, "request" of answered HTTP requests, "end" of streams and of requests whose answer
/// nobody waited for. Does nothing, and keeps nothing, while it is off.
class EventLog {
 public:
  struct Parts {
    const LogSink& sink;
    /// Counts the server's connections.
    std::atomic<std::uint64_t>& numbers;
    const Peers& peers;
  };
  /// The parts outlive it.
  EventLog(const Parts& parts, bool on)
      : sink_(parts.sink),
        numbers_(parts.numbers),
        peers_(parts.peers),
        on_(on && parts.sink != nullptr) {}

  [[nodiscard]] bool on() const { return on_; }

  struct Opening {
    std::string_view target;
    std::string_view subprotocol;
  };
  void opened(const Session& session, const Opening& opening, Instant now);
  /// What its Close frame says: the first one counts, the peer's or ours. The peer's is said to be
  /// a fault's where one has put it, or has put what it answers.
  void closing(const Session& session, wire::CloseCode code, std::string_view reason, bool by_peer);
  void closed(const Session& session, Instant now);
  void refused(lws* connection, std::string_view target, int status, std::string_view why);

  struct Answered {
    lws* connection;
    const wire::HttpRequest& request;
    int status = 0;
    Nanoseconds took{};
  };
  void answered(const Answered& answered);

  struct Ended {
    std::string_view peer;
    const wire::HttpRequest& request;
    Nanoseconds took{};
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;
    std::string_view reason;  // of the server; "": the peer left
  };
  void ended(const Ended& ended);

 private:
  struct Connection {
    std::uint64_t number = 0;
    Instant opened{};
    bool has_close = false;
    std::string_view by;
    wire::CloseCode code{};
    std::string reason;
  };

  const LogSink& sink_;
  std::atomic<std::uint64_t>& numbers_;
  const Peers& peers_;
  bool on_;
  std::unordered_map<const Session*, Connection> connections_;
};

}  // namespace wskit::serve
