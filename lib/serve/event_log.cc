// SPDX-License-Identifier: MIT
#include "serve/event_log.h"

#include <array>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "core/units.h"
#include "wire/uri.h"

namespace wskit::serve {
namespace {

template <class Address>
std::string ip_text(const Address& address, const void* ip, in_port_t port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = reinterpret_cast<const sockaddr&>(address).sa_family;
  (void)::inet_ntop(family, ip, text.data(), text.size());
  return family == AF_INET6 ? fmt::format("[{}]:{}", text.data(), ntohs(port))
                            : fmt::format("{}:{}", text.data(), ntohs(port));
}

}  // namespace

std::string peer_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return "gone";
  }
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    return ip_text(v4, &v4.sin_addr, v4.sin_port);
  }
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    return ip_text(v6, &v6.sin6_addr, v6.sin6_port);
  }
  return "unix";
}

void EventLog::opened(const Session& session, const Opening& opening, Instant now) {
  if (!on_) {
    return;
  }
  const std::uint64_t number = ++numbers_;
  Connection& connection = connections_[&session];
  connection.number = number;
  connection.opened = now;
  const std::string peer = peer_of(opening.socket);
  const std::string target = wire::without_secrets(opening.target);
  std::vector<LogField> fields{{"id", number}, {"peer", peer}, {"target", target}};
  if (!opening.subprotocol.empty()) {
    fields.push_back({"subprotocol", opening.subprotocol});
  }
  sink_({.level = LogLevel::info, .event = "open", .line = {}, .fields = fields});
}

void EventLog::closing(const Session& session, wire::CloseCode code, std::string_view reason,
                       bool by_peer) {
  const auto found = on_ ? connections_.find(&session) : connections_.end();
  if (found != connections_.end() && !std::exchange(found->second.has_close, true)) {
    found->second.code = code;
    found->second.reason = reason;
    found->second.by_peer = by_peer;
  }
}

void EventLog::closed(const Session& session, Instant now) {
  const auto node = on_ ? connections_.extract(&session) : decltype(connections_)::node_type();
  if (!node) {
    return;
  }
  const Connection& connection = node.mapped();
  std::vector<LogField> fields{{"id", connection.number},
                               {"seconds", to_seconds(now - connection.opened)}};
  if (connection.has_close) {
    fields.push_back({"code", static_cast<std::uint64_t>(connection.code)});
    fields.push_back({"by", std::string_view(connection.by_peer ? "peer" : "server")});
    fields.push_back({"reason", std::string_view(connection.reason)});
  }
  sink_({.level = LogLevel::info, .event = "close", .line = {}, .fields = fields});
}

void EventLog::refused(int socket, std::string_view target, int status, std::string_view why) {
  if (!on_) {
    return;
  }
  const std::string peer = peer_of(socket);
  const std::string shown = wire::without_secrets(target);
  const std::array fields{LogField{"peer", peer}, LogField{"target", shown},
                          LogField{"status", static_cast<std::uint64_t>(status)},
                          LogField{"why", why}};
  sink_({.level = LogLevel::info, .event = "refuse", .line = {}, .fields = fields});
}

void EventLog::answered(const Answered& answered) {
  if (!on_) {
    return;
  }
  const std::string peer = peer_of(answered.socket);
  const std::string target = wire::without_secrets(answered.request.target);
  const std::array fields{
      LogField{"peer", peer}, LogField{"method", std::string_view(answered.request.method)},
      LogField{"target", target}, LogField{"status", static_cast<std::uint64_t>(answered.status)},
      LogField{"seconds", to_seconds(answered.took)}};
  sink_({.level = LogLevel::info, .event = "request", .line = {}, .fields = fields});
}

}  // namespace wskit::serve
