// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/socket_address.h"
#include "net/stream.h"
#include "relay/fault_plan.h"

namespace wskit::relay {

/// A client's connection as a relay gets it.
struct Arrival {
  /// Counted from 1 in the order of the connections' coming.
  std::uint64_t number = 0;
  std::unique_ptr<net::Stream> stream;
  net::SocketAddress peer = {};
};

/// The client behind a connection that a front makes to its server: what the server would know if
/// the client had come to it directly, and what faults do that only the server can see.
struct JoinedClient {
  /// As rules and logs count it.
  std::uint64_t number = 0;
  net::SocketAddress address = {};
  /// Whom the certificate is for that TLS has verified; empty for none.
  std::string certificate_user = {};
  /// Those that the server is to make happen when the client recovers something within the
  /// protocol that it speaks.
  std::vector<ActiveFault> resuming = {};
  /// A fault has put a Close frame. Shared by the link, which sets it, and the server.
  std::shared_ptr<const std::atomic<bool>> closed_by_fault = {};
};

}  // namespace wskit::relay
