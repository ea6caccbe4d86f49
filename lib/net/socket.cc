// SPDX-License-Identifier: MIT
#include "net/socket.h"

#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace wskit::net {
namespace {

bool set_int(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/// 0, or errno of what failed with the step's name.
SystemFailure apply(int fd, const SocketOptions& options, std::uint64_t& calls) {
  if (options.receive_buffer != 0) {
    ++calls;
    if (!set_int(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer)) {
      return {"set the receive buffer", errno};
    }
  }
  if (options.send_buffer != 0) {
    ++calls;
    if (!set_int(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer)) {
      return {"set the send buffer", errno};
    }
  }
  if (!options.interface.empty()) {
    ++calls;
    if (::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, options.interface.data(),
                     static_cast<socklen_t>(options.interface.size())) != 0) {
      return {"bind to the interface", errno};
    }
  }
  return {};
}

SystemFailure bind_source(int fd, const SocketAddress& source, std::uint64_t& calls) {
  if (source.family() == AF_UNSPEC) {
    return {};
  }
  if (source.family() != AF_UNIX && source.port() == 0) {
    ++calls;
    if (!set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)) {
      return {"choose the source port late", errno};
    }
  }
  ++calls;
  if (::bind(fd, source.data(), source.size()) != 0) {
    return {"bind the source address", errno};
  }
  return {};
}

}  // namespace

std::expected<Descriptor, SystemFailure> open_socket(const SocketAddress& peer,
                                                     const SocketOptions& options,
                                                     std::uint64_t& calls) {
  ++calls;
  Descriptor socket(::socket(peer.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) {
    return std::unexpected(SystemFailure{"open a socket", errno});
  }
  if (peer.family() != AF_UNIX) {
    ++calls;
    set_no_delay(socket.get());
  }
  if (const auto failure = apply(socket.get(), options, calls); failure.number != 0) {
    return std::unexpected(failure);
  }
  if (const auto failure = bind_source(socket.get(), options.source, calls); failure.number != 0) {
    return std::unexpected(failure);
  }
  return socket;
}

Expected<Descriptor> open_listener(const SocketAddress& address) {
  const auto failed = [&](const char* step) {
    const int number = errno;
    Error error = local_error(fmt::format("listen on {}", address.to_string()), {step, number});
    if (error.code == ErrorCode::local_limit) {
      error.code = ErrorCode::listen_failed;
    }
    return std::unexpected(std::move(error));
  };
  Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) {
    return failed("open a socket");
  }
  if (address.family() != AF_UNIX && !set_int(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1)) {
    return failed("set SO_REUSEADDR");
  }
  if (address.family() == AF_INET6) {
    set_int(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  }
  if (::bind(socket.get(), address.data(), address.size()) != 0) {
    return failed("bind");
  }
  // The kernel cuts this down to net.core.somaxconn.
  constexpr int kBacklog = 65535;
  if (::listen(socket.get(), kBacklog) != 0) {
    return failed("listen");
  }
  return socket;
}

std::expected<Accepted, int> accept_from(int listener) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  Descriptor socket(::accept4(listener, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.is_open()) {
    return std::unexpected(errno);
  }
  if (storage.ss_family != AF_UNIX) {
    set_no_delay(socket.get());
  }
  return Accepted{std::move(socket), SocketAddress::from_kernel(*address, size)};
}

void remove_socket_file(const SocketAddress& address) {
  if (address.family() == AF_UNIX) {
    ::unlink(address.to_string().c_str());
  }
}

SocketAddress local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(fd, address, &size) != 0) {
    return {};
  }
  return SocketAddress::from_kernel(*address, size);
}

void set_no_delay(int fd) {
  set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

void set_reset_on_close(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

int take_error(int fd) {
  int number = 0;
  socklen_t size = sizeof(number);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0) {
    return errno;
  }
  return number;
}

}  // namespace wskit::net
