// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/error.h"

namespace wskit::net {

/// An IPv4, IPv6 or unix socket address, ready for the kernel.
class SocketAddress {
 public:
  SocketAddress() = default;

  /// `text` is a numeric address without brackets ("127.0.0.1", "::1"); port 0 lets the kernel
  /// choose. Fails with ErrorCode::usage: names are resolved by Resolver, not here.
  [[nodiscard]] static Expected<SocketAddress> ip(std::string_view text, std::uint16_t port);
  /// A path in the file system, at most 107 bytes.
  [[nodiscard]] static Expected<SocketAddress> unix_path(std::string_view path);
  [[nodiscard]] static SocketAddress from_kernel(const sockaddr& address, socklen_t size);

  [[nodiscard]] const sockaddr* data() const { return &address_.any; }
  [[nodiscard]] socklen_t size() const { return size_; }
  [[nodiscard]] int family() const { return size_ == 0 ? AF_UNSPEC : address_.any.sa_family; }
  /// 0 for a unix socket.
  [[nodiscard]] std::uint16_t port() const;
  void set_port(std::uint16_t port);

  /// "127.0.0.1:9001", "[::1]:9001" or the path.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const SocketAddress& a, const SocketAddress& b);

 private:
  // The largest comes first: {} sets the first to zero and nothing else.
  union Storage {
    sockaddr_un local;
    sockaddr_in6 v6;
    sockaddr_in v4;
    sockaddr any;
  };
  Storage address_{};
  socklen_t size_ = 0;
};

}  // namespace wskit::net
