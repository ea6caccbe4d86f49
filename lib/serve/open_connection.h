// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "serve/outlet.h"
#include "serve/pubsub_counts.h"

namespace wskit::serve {

class PubSubNode;

/// What a connection has done and has to do, when somebody asks.
struct ConnectionLoad {
  std::size_t subscriptions = 0;   // topics and filters
  std::size_t queued_bytes = 0;    // that wait for it
  std::uint64_t messages_in = 0;   // published by it
  std::uint64_t messages_out = 0;  // written to it
};

class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  [[nodiscard]] virtual ConnectionLoad load() const = 0;
};

/// A client's connection to the topics, from its begin to its end: it is counted, and its node
/// knows it for those who ask what is open.
class OpenConnection {
 public:
  struct Parts {
    PubSubNode& node;
    const Outlet& outlet;
    const ConnectionOwner& owner;
    Transport transport = Transport::websocket;
    std::string id;  // PubSubNode::next_connection_id(); "": it gets one
  };

  /// The parts outlive it.
  explicit OpenConnection(Parts parts);
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;
  ~OpenConnection();

  [[nodiscard]] const std::string& id() const { return parts_.id; }
  [[nodiscard]] Transport transport() const { return parts_.transport; }
  [[nodiscard]] Instant since() const { return since_; }
  [[nodiscard]] ConnectionLoad load() const { return parts_.owner.load(); }
  /// Where it comes from: "127.0.0.1:4711", "[::1]:4711", "unix"; "" when nobody knows any more.
  [[nodiscard]] std::string address() const;

 private:
  Parts parts_;
  Instant since_;
  std::list<const OpenConnection*>::iterator place_;
};

}  // namespace wskit::serve
