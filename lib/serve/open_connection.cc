// SPDX-License-Identifier: MIT
#include "serve/open_connection.h"

#include <array>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "serve/pubsub_node.h"
#include "serve/service_thread.h"

namespace wskit::serve {
namespace {

std::string peer_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(v6.sin6_port));
  }
  return "unix";
}

}  // namespace

OpenConnection::OpenConnection(Parts parts)
    : parts_(std::move(parts)), since_(parts_.node.thread().now()) {
  if (parts_.id.empty()) {
    parts_.id = parts_.node.next_connection_id();
  }
  PubSubCounts& counts = parts_.node.counts();
  counts.open[static_cast<std::size_t>(parts_.transport)].add(1);
  counts.opened[static_cast<std::size_t>(parts_.transport)].add(1);
  auto& open = parts_.node.open_connections();
  place_ = open.insert(open.end(), this);
}

OpenConnection::~OpenConnection() {
  parts_.node.counts().open[static_cast<std::size_t>(parts_.transport)].subtract(1);
  parts_.node.open_connections().erase(place_);
}

std::string OpenConnection::address() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd = lws_get_socket_fd(parts_.outlet.connection());
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return {};
  }
  return peer_text(address);
}

}  // namespace wskit::serve
