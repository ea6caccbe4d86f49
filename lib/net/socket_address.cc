// SPDX-License-Identifier: MIT
#include "net/socket_address.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::net {

Expected<SocketAddress> SocketAddress::ip(std::string_view text, std::uint16_t port) {
  SocketAddress address;
  const std::string terminated(text);
  const bool whole = text.find('\0') == std::string_view::npos;
  if (whole && inet_pton(AF_INET, terminated.c_str(), &address.address_.v4.sin_addr) == 1) {
    address.address_.v4.sin_family = AF_INET;
    address.size_ = sizeof(sockaddr_in);
  } else if (whole &&
             inet_pton(AF_INET6, terminated.c_str(), &address.address_.v6.sin6_addr) == 1) {
    address.address_.v6.sin6_family = AF_INET6;
    address.size_ = sizeof(sockaddr_in6);
  } else {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not an IP address (write 127.0.0.1 or ::1)", escape(text)));
  }
  address.set_port(port);
  return address;
}

Expected<SocketAddress> SocketAddress::unix_path(std::string_view path) {
  SocketAddress address;
  auto& local = address.address_.local;
  if (path.empty() || path.size() >= sizeof(local.sun_path) ||
      path.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not a socket path of 1 to {} bytes", path,
                                              sizeof(local.sun_path) - 1));
  }
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.data(), path.size());
  address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

SocketAddress SocketAddress::from_kernel(const sockaddr& address, socklen_t size) {
  SocketAddress result;
  result.size_ = std::min<socklen_t>(size, sizeof(Storage));
  std::memcpy(&result.address_, &address, result.size_);
  return result;
}

std::uint16_t SocketAddress::port() const {
  switch (family()) {
    case AF_INET:
      return ntohs(address_.v4.sin_port);
    case AF_INET6:
      return ntohs(address_.v6.sin6_port);
    default:
      return 0;
  }
}

void SocketAddress::set_port(std::uint16_t port) {
  if (family() == AF_INET) {
    address_.v4.sin_port = htons(port);
  } else if (family() == AF_INET6) {
    address_.v6.sin6_port = htons(port);
  }
}

std::string SocketAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  switch (family()) {
    case AF_INET:
      inet_ntop(AF_INET, &address_.v4.sin_addr, text.data(), text.size());
      return fmt::format("{}:{}", text.data(), port());
    case AF_INET6:
      inet_ntop(AF_INET6, &address_.v6.sin6_addr, text.data(), text.size());
      return fmt::format("[{}]:{}", text.data(), port());
    case AF_UNIX: {
      const auto longest = static_cast<std::size_t>(size_) - offsetof(sockaddr_un, sun_path);
      return {address_.local.sun_path, strnlen(address_.local.sun_path, longest)};
    }
    default:
      return {};
  }
}

bool operator==(const SocketAddress& a, const SocketAddress& b) {
  return a.size_ == b.size_ && std::memcmp(&a.address_, &b.address_, a.size_) == 0;
}

}  // namespace wskit::net
