// SPDX-License-Identifier: MIT
#include "cli/address_options.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "core/parse.h"

namespace wskit::cli {
namespace {

constexpr std::uint64_t kMaxPort = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t kMaxSources = 65'536;

/// Takes everything up to the next colon off the front; brackets protect an IPv6 address.
std::optional<std::string> take_part(std::string_view& text) {
  std::string part;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    part = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    part = text.substr(0, colon);
    text.remove_prefix(colon);
  }
  if (text.starts_with(':')) {
    text.remove_prefix(1);
  } else if (!text.empty()) {
    return std::nullopt;
  }
  return part;
}

std::optional<std::uint16_t> to_port(const std::optional<std::string>& text, bool may_be_empty) {
  if (!text || (text->empty() && !may_be_empty)) {
    return std::nullopt;
  }
  if (text->empty()) {
    return std::uint16_t{0};
  }
  const auto port = parse_integer(*text, 1, kMaxPort);
  return port ? std::optional(static_cast<std::uint16_t>(*port)) : std::nullopt;
}

Expected<net::ResolveOverride> parse_resolve(const std::string& text) {
  std::string_view rest = text;
  const auto host = take_part(rest);
  const auto port = to_port(take_part(rest), false);
  net::ResolveOverride parsed;
  while (host && port && !rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view address = rest.substr(0, comma);
    if (address.starts_with('[') && address.ends_with(']')) {
      address = address.substr(1, address.size() - 2);
    }
    if (const auto valid = net::SocketAddress::ip(address, *port); !valid) {
      return fail(ErrorCode::usage, fmt::format("--resolve {}: {}", text, valid.error().message));
    }
    parsed.addresses.emplace_back(address);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (parsed.addresses.empty()) {
    return fail(ErrorCode::usage,
                fmt::format("--resolve {}: write HOST:PORT:ADDRESS[,ADDRESS...]", text));
  }
  parsed.host = *host;
  parsed.port = *port;
  return parsed;
}

Expected<net::ConnectTo> parse_connect_to(const std::string& text) {
  std::string_view rest = text;
  const auto host = take_part(rest);
  const auto port = to_port(take_part(rest), true);
  const auto to_host = take_part(rest);
  const auto target_port = to_port(take_part(rest), true);
  const bool whole = host && port && to_host && target_port && rest.empty();
  if (!whole || (to_host->empty() && *target_port == 0)) {
    return fail(ErrorCode::usage,
                fmt::format("--connect-to {}: write HOST1:PORT1:HOST2:PORT2, each part may be "
                            "empty",
                            text));
  }
  return net::ConnectTo{.host = *host, .port = *port, .to_host = *to_host, .to_port = *target_port};
}

std::unexpected<Error> bad_source(const std::string& text, std::string_view why) {
  return fail(ErrorCode::usage, fmt::format("--source {}: {}; write an address, FIRST-LAST or a "
                                            "block like 127.0.1.0/28",
                                            text, why));
}

/// Only IPv4 addresses are counted through: an IPv6 block has no end.
std::optional<std::uint32_t> to_ipv4(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) {
    return std::nullopt;
  }
  return ntohl(address.s_addr);
}

Expected<std::vector<net::SocketAddress>> ipv4_range(const std::string& text, std::uint32_t first,
                                                     std::uint32_t last) {
  if (last < first) {
    return bad_source(text, "the last address comes before the first");
  }
  if (std::uint64_t{last} - first >= kMaxSources) {
    return bad_source(text, fmt::format("more than {} addresses", kMaxSources));
  }
  std::vector<net::SocketAddress> addresses;
  for (std::uint64_t value = first; value <= last; ++value) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(static_cast<std::uint32_t>(value));
    addresses.push_back(net::SocketAddress::from_kernel(reinterpret_cast<const sockaddr&>(address),
                                                        sizeof address));
  }
  return addresses;
}

Expected<std::vector<net::SocketAddress>> ipv4_block(const std::string& text, std::size_t slash) {
  constexpr std::uint32_t kBits = 32;
  const auto base = to_ipv4(text.substr(0, slash));
  const auto prefix = parse_integer(std::string_view(text).substr(slash + 1), 1, kBits);
  if (!base || !prefix) {
    return bad_source(text, "not a block of IPv4 addresses");
  }
  const auto size = (std::uint64_t{1} << (kBits - *prefix)) - 1;
  const auto first = *base & ~static_cast<std::uint32_t>(size);
  return ipv4_range(text, first, first + static_cast<std::uint32_t>(size));
}

}  // namespace

Expected<std::vector<net::SocketAddress>> parse_sources(const std::string& text) {
  if (const std::size_t slash = text.find('/'); slash != std::string::npos) {
    return ipv4_block(text, slash);
  }
  if (const std::size_t dash = text.find('-'); dash != std::string::npos) {
    const auto first = to_ipv4(text.substr(0, dash));
    const auto last = to_ipv4(text.substr(dash + 1));
    if (!first || !last) {
      return bad_source(text, "not a range of IPv4 addresses");
    }
    return ipv4_range(text, *first, *last);
  }
  auto address = net::SocketAddress::ip(text, 0);
  if (!address) {
    return bad_source(text, "not a numeric address");
  }
  return std::vector{*address};
}

Expected<void> add_addresses(const ConnectOptions& options, net::DialOptions& dial) {
  for (const std::string& text : options.resolve) {
    auto parsed = parse_resolve(text);
    if (!parsed) {
      return std::unexpected(parsed.error());
    }
    dial.resolve.push_back(std::move(*parsed));
  }
  for (const std::string& text : options.connect_to) {
    auto parsed = parse_connect_to(text);
    if (!parsed) {
      return std::unexpected(parsed.error());
    }
    dial.connect_to.push_back(std::move(*parsed));
  }
  for (const std::string& text : options.sources) {
    const auto parsed = parse_sources(text);
    if (!parsed) {
      return std::unexpected(parsed.error());
    }
    dial.sources.insert(dial.sources.end(), parsed->begin(), parsed->end());
  }
  return {};
}

}  // namespace wskit::cli
