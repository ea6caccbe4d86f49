// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "net/socket_address.h"

namespace wskit::net {

class Loop;

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

  [[nodiscard]] static std::unique_ptr<Resolver> create();
  virtual ~Resolver() = default;

  /// `family` is AF_UNSPEC, AF_INET or AF_INET6; the addresses carry `port`, in the order of
  /// RFC 6724. Fails with dns_not_found or dns_failed. `answer` runs on `loop`'s thread.
  [[nodiscard]] virtual std::unique_ptr<Resolution> resolve(Loop& loop, const std::string& host,
                                                            std::uint16_t port, int family,
                                                            Answer answer) = 0;
};

}  // namespace wskit::net
