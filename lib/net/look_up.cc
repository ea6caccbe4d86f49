// SPDX-License-Identifier: MIT
#include "net/look_up.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <netdb.h>

namespace wskit::net {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::vector<SocketAddress> distinct_addresses(const addrinfo* first) {
  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = first; entry != nullptr; entry = entry->ai_next) {
    const auto address = SocketAddress::from_kernel(*entry->ai_addr, entry->ai_addrlen);
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  return addresses;
}

}  // namespace

Expected<std::vector<SocketAddress>> look_up(const std::string& host, int family) {
  if (host.find('\0') != std::string::npos) {
    return std::unexpected(look_up_error(host.c_str(), EAI_NONAME, 0));
  }
  // No AI_ADDRCONFIG: it hides ::1 of localhost where only the loopback speaks IPv6. Addresses out
  // of reach come last by RFC 6724 and fail at once, so asking for both families costs one query.
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  addrinfo* first = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &first);
  if (code != 0) {
    return std::unexpected(look_up_error(host, code, errno));
  }
  return distinct_addresses(AddressList(first, &freeaddrinfo).get());
}

Error look_up_error(const std::string& host, int code, int system_error) {
  switch (code) {
    case EAI_NONAME:
      return {ErrorCode::dns_not_found, fmt::format("resolve {}: no such host", host)};
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
      return {ErrorCode::dns_not_found,
              fmt::format("resolve {}: the host has no address of the kind asked for", host)};
    case EAI_SYSTEM:
      return {ErrorCode::dns_failed,
              fmt::format("resolve {}: {}", host, std::generic_category().message(system_error))};
    default:
      return {ErrorCode::dns_failed, fmt::format("resolve {}: {}", host, gai_strerror(code))};
  }
}

}  // namespace wskit::net
