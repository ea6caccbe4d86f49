// SPDX-License-Identifier: MIT
#include "net/dial_route.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <strings.h>

namespace wskit::net {
namespace {

bool same_host(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool matches(const ConnectTo& rule, const Endpoint& endpoint) {
  return (rule.host.empty() || same_host(rule.host, endpoint.host)) &&
         (rule.port == 0 || rule.port == endpoint.port);
}

Expected<std::vector<SocketAddress>> parse_addresses(const ResolveOverride& rule) {
  std::vector<SocketAddress> addresses;
  for (const std::string& text : rule.addresses) {
    auto address = SocketAddress::ip(text, rule.port);
    if (!address) {
      return fail(address.error().code,
                  fmt::format("resolve override for {}: {}", rule.host, address.error().message));
    }
    addresses.push_back(*address);
  }
  return addresses;
}

}  // namespace

Expected<DialOverrides> DialOverrides::create(const DialOptions& options) {
  DialOverrides overrides;
  overrides.connect_to_ = options.connect_to;
  for (const ResolveOverride& rule : options.resolve) {
    auto addresses = parse_addresses(rule);
    if (!addresses) {
      return std::unexpected(std::move(addresses.error()));
    }
    overrides.fixed_.push_back({rule.host, rule.port, *std::move(addresses)});
  }
  return overrides;
}

DialRoute DialOverrides::route(const Endpoint& endpoint) const {
  DialRoute route{endpoint.host, endpoint.port, std::nullopt};
  const auto rule = std::ranges::find_if(
      connect_to_, [&](const ConnectTo& candidate) { return matches(candidate, endpoint); });
  if (rule != connect_to_.end()) {
    if (!rule->to_host.empty()) {
      route.host = rule->to_host;
    }
    if (rule->to_port != 0) {
      route.port = rule->to_port;
    }
  }
  if (const Fixed* found = fixed(route.host, route.port); found != nullptr) {
    route.addresses = found->addresses;
  }
  return route;
}

const DialOverrides::Fixed* DialOverrides::fixed(std::string_view host, std::uint16_t port) const {
  const Fixed* for_any_host = nullptr;
  for (const Fixed& candidate : fixed_ | std::views::reverse) {
    if (candidate.port != port) {
      continue;
    }
    if (same_host(candidate.host, host)) {
      return &candidate;
    }
    if (candidate.host == "*" && for_any_host == nullptr) {
      for_any_host = &candidate;
    }
  }
  return for_any_host;
}

SourceRotation::SourceRotation(const std::vector<SocketAddress>& sources) {
  for (const SocketAddress& source : sources) {
    (source.family() == AF_INET6 ? v6_ : v4_).sources.push_back(source);
  }
}

std::optional<SocketAddress> SourceRotation::next(int family) {
  if (family == AF_UNIX || (v4_.sources.empty() && v6_.sources.empty())) {
    return SocketAddress();
  }
  Turn& turn = family == AF_INET6 ? v6_ : v4_;
  if (turn.sources.empty()) {
    return std::nullopt;
  }
  return turn.sources[turn.next++ % turn.sources.size()];
}

void interleave_families(std::vector<SocketAddress>& addresses) {
  if (addresses.empty()) {
    return;
  }
  std::vector<SocketAddress> first;
  std::vector<SocketAddress> other;
  for (const SocketAddress& address : addresses) {
    (address.family() == addresses.front().family() ? first : other).push_back(address);
  }
  addresses.clear();
  for (std::size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
    if (i < first.size()) {
      addresses.push_back(first[i]);
    }
    if (i < other.size()) {
      addresses.push_back(other[i]);
    }
  }
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
  return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port)
                                                  : fmt::format("[{}]:{}", host, port);
}

}  // namespace wskit::net
