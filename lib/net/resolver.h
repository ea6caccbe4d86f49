// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "core/clock.h"
#include "core/error.h"
#include "net/socket_address.h"

namespace wskit::net {

class Loop;

/// Whose addresses are asked for.
struct HostQuery {
  std::string host;
  /// What the addresses carry; no part of the look-up.
  std::uint16_t port = 0;
  /// AF_UNSPEC, AF_INET or AF_INET6.
  int family = AF_UNSPEC;
};

/// An outstanding look-up; destroying it (on the loop's thread) drops the answer.
class Resolution {
 public:
  virtual ~Resolution() = default;
};

/// Name resolution that never blocks a loop: getaddrinfo() on one thread of its own, answers
/// posted to the loop that asked. One for the process; safe from every thread. Answers of the last
/// minute are reused, so that ten thousand connections ask once.
class Resolver {
 public:
  using Answer = std::move_only_function<void(const Expected<std::vector<SocketAddress>>&)>;
  /// What asks for the addresses (port 0) of a name, for AF_UNSPEC, AF_INET or AF_INET6. Called on
  /// the resolver's thread, and may still be in a call after the resolver is gone.
  using LookUp = std::move_only_function<Expected<std::vector<SocketAddress>>(
      const std::string& host, int family)>;

  /// Asks the system (look_up.h).
  [[nodiscard]] static std::unique_ptr<Resolver> create();
  [[nodiscard]] static std::unique_ptr<Resolver> create(LookUp look_up);
  /// Waits for no look-up that is under way.
  virtual ~Resolver() = default;

  /// What resolve() could answer without a look-up, at once: a numeric host or an answer not older
  /// than a minute at `now`.
  [[nodiscard]] virtual std::optional<std::vector<SocketAddress>> known(const HostQuery& query,
                                                                        Instant now) = 0;

  /// Addresses in the order of RFC 6724. Fails with dns_not_found or dns_failed. `answer` runs on
  /// `loop`'s thread.
  [[nodiscard]] virtual std::unique_ptr<Resolution> resolve(Loop& loop, const HostQuery& query,
                                                            Answer answer) = 0;
};

}  // namespace wskit::net
