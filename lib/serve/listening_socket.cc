// SPDX-License-Identifier: MIT
#include "serve/listening_socket.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace wskit::serve {
namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to net.core.somaxconn
constexpr int kSocketFlags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

struct AddressListDeleter {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

std::string describe(const ListenAddress& address) {
  return address.is_unix() ? "unix:" + address.unix_path
                           : fmt::format("{}:{}", address.host, address.port);
}

std::unexpected<Error> refuse(const ListenAddress& address, int error) {
  std::string_view advice;
  if (error == EADDRINUSE) {
    advice = address.is_unix() ? "; another program listens there, or it is not a socket"
                               : "; another program listens there, port 0 takes a free one";
  } else if (error == EACCES && !address.is_unix()) {
    advice = "; ports below 1024 need a privilege";
  }
  return fail(ErrorCode::listen_failed,
              fmt::format("listen on {}: {}{}", describe(address),
                          std::generic_category().message(error), advice));
}

Expected<UniqueFd> bind_and_listen(const ListenAddress& address, const sockaddr* where,
                                   socklen_t size) {
  UniqueFd fd(::socket(where->sa_family, kSocketFlags, 0));
  if (!fd) {
    return refuse(address, errno);
  }
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), where, size) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return refuse(address, errno);
  }
  return fd;
}

Expected<std::uint16_t> bound_port(const ListenAddress& address, int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return refuse(address, errno);
  }
  // Both families keep the port at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

Expected<UniqueFd> open_tcp(ListenAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int status =
      ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  const AddressList list(found);
  if (status != 0) {
    const bool unknown = status == EAI_NONAME || status == EAI_NODATA;
    return fail(unknown ? ErrorCode::dns_not_found : ErrorCode::dns_failed,
                fmt::format("listen on {}: {}; --listen takes an address or a name of this machine",
                            describe(address), unknown ? "no such host" : ::gai_strerror(status)));
  }
  auto fd = bind_and_listen(address, list->ai_addr, list->ai_addrlen);
  if (fd) {
    auto port = bound_port(address, fd->get());
    if (!port) {
      return std::unexpected(std::move(port.error()));
    }
    address.port = *port;
  }
  return fd;
}

// A socket file on which nobody listens is what a killed server leaves behind.
void remove_stale_socket(const sockaddr_un& where) {
  struct stat status{};
  if (::stat(where.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
    return;
  }
  const UniqueFd probe(::socket(AF_UNIX, kSocketFlags, 0));
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 &&
      errno == ECONNREFUSED) {
    ::unlink(where.sun_path);
  }
}

Expected<UniqueFd> open_unix(const ListenAddress& address) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (address.unix_path.size() >= sizeof where.sun_path) {
    return refuse(address, ENAMETOOLONG);
  }
  std::memcpy(where.sun_path, address.unix_path.data(), address.unix_path.size());
  remove_stale_socket(where);
  return bind_and_listen(address, reinterpret_cast<const sockaddr*>(&where), sizeof where);
}

}  // namespace

Expected<ListeningSocket> ListeningSocket::open(const ListenAddress& address) {
  ListenAddress actual = address;
  auto fd = address.is_unix() ? open_unix(address) : open_tcp(actual);
  if (!fd) {
    return std::unexpected(std::move(fd.error()));
  }
  return ListeningSocket(std::move(*fd), std::move(actual));
}

ListeningSocket::~ListeningSocket() {
  close();
}

void ListeningSocket::close() {
  if (fd_ && address_.is_unix()) {
    ::unlink(address_.unix_path.c_str());
  }
  fd_.reset();
}

}  // namespace wskit::serve
