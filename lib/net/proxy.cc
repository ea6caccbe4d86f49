// SPDX-License-Identifier: MIT
#include "net/proxy.h"

#include <algorithm>
#include <array>
#include <utility>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"
#include "net/dial_route.h"
#include "net/dialer.h"
#include "wire/tunnel.h"

namespace wskit::net {
namespace {

// curl's, for an https proxy and for all others.
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kOtherPort = 1080;
constexpr unsigned kByteBits = 8;

constexpr std::array kSchemes{
    std::pair<std::string_view, ProxyKind>{"http", ProxyKind::http},
    std::pair<std::string_view, ProxyKind>{"https", ProxyKind::https},
    std::pair<std::string_view, ProxyKind>{"socks5", ProxyKind::socks5},
    std::pair<std::string_view, ProxyKind>{"socks5h", ProxyKind::socks5h},
};

std::string_view scheme_of(ProxyKind kind) {
  return std::ranges::find(kSchemes, kind, &std::pair<std::string_view, ProxyKind>::second)->first;
}

Expected<ProxyKind> take_scheme(std::string_view& url) {
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos) {
    return ProxyKind::http;
  }
  const std::string scheme = to_lower(url.substr(0, end));
  url.remove_prefix(end + 3);
  for (const auto& [name, kind] : kSchemes) {
    if (name == scheme) {
      return kind;
    }
  }
  return fail(ErrorCode::usage,
              fmt::format("unknown kind of proxy '{}': write http://, https://, socks5:// or "
                          "socks5h://",
                          escape(scheme)));
}

std::string_view without_brackets(std::string_view host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

struct NumericAddress {
  int family = AF_UNSPEC;
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
};

NumericAddress to_numeric(std::string_view host) {
  const std::string text(without_brackets(host));
  NumericAddress address;
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, text.c_str(), address.bytes.data()) == 1) {
      address.family = family;
      break;
    }
  }
  return address;
}

bool is_loopback(std::string_view host) {
  const NumericAddress address = to_numeric(host);
  constexpr unsigned char kLoopbackNet = 127;
  if (address.family == AF_INET) {
    return address.bytes[0] == kLoopbackNet;
  }
  if (address.family == AF_INET6) {
    return host == "::1";
  }
  return host == "localhost" || host.ends_with(".localhost");
}

/// "192.168.0.0/16" and "fe80::/10": whether the first `bits` agree.
bool is_in_block(const NumericAddress& address, std::string_view block) {
  const std::size_t slash = block.find('/');
  const NumericAddress network = to_numeric(block.substr(0, slash));
  if (address.family == AF_UNSPEC || network.family != address.family) {
    return false;
  }
  const unsigned size = address.family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
  std::uint64_t bits = std::uint64_t{size} * kByteBits;
  if (slash != std::string_view::npos) {
    const auto given = parse_integer(block.substr(slash + 1), 0, bits);
    if (!given) {
      return false;
    }
    bits = *given;
  }
  for (unsigned i = 0; i < size && bits > 0; ++i) {
    const auto compared = static_cast<unsigned>(std::min<std::uint64_t>(bits, kByteBits));
    const unsigned mask = 0xffU << (kByteBits - compared);
    if (((unsigned{address.bytes[i]} ^ unsigned{network.bytes[i]}) & mask & 0xffU) != 0) {
      return false;
    }
    bits -= compared;
  }
  return true;
}

bool is_in_domain(std::string_view host, std::string_view domain) {
  if (domain.starts_with('.')) {
    domain.remove_prefix(1);
  }
  if (domain.ends_with('.')) {
    domain.remove_suffix(1);
  }
  const bool tail = !domain.empty() && host.ends_with(domain);
  return tail && (host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.');
}

bool is_listed(std::string_view list, std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  const NumericAddress address = to_numeric(host);
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", \t"), list.size());
    const std::string entry = to_lower(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    const bool named =
        address.family == AF_UNSPEC ? is_in_domain(host, entry) : is_in_block(address, entry);
    if (entry == "*" || named) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string ProxyServer::display() const {
  return fmt::format("{}://{}", scheme_of(kind), host_and_port(host, port));
}

Expected<ProxyServer> parse_proxy(std::string_view url) {
  std::string_view rest = url;
  const auto kind = take_scheme(rest);
  if (!kind) {
    return std::unexpected(kind.error());
  }
  const auto refuse = [](const Error& error) {
    return fail(ErrorCode::usage, fmt::format("the proxy's URL is not valid: {}", error.message));
  };
  if (const auto clean = wire::check_url_bytes(rest); !clean) {
    return refuse(clean.error());
  }
  // A path says nothing; what stands before an '@' behind a slash is part of a password.
  const std::size_t at = rest.rfind('@');
  const std::size_t end = rest.find_first_of("/?#", at == std::string_view::npos ? 0 : at);
  auto authority = wire::parse_authority(rest.substr(0, end));
  if (!authority) {
    return refuse(authority.error());
  }
  ProxyServer proxy{
      .kind = *kind,
      .host = std::move(authority->host),
      .port = authority->port.value_or(*kind == ProxyKind::https ? kHttpsPort : kOtherPort),
      .credentials = std::move(authority->credentials)};
  if (auto checked = check_proxy_credentials(proxy); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return proxy;
}

Expected<void> check_proxy_credentials(const ProxyServer& proxy) {
  if (!proxy.credentials || proxy.kind == ProxyKind::http || proxy.kind == ProxyKind::https) {
    return {};
  }
  const auto fits = [](const std::string& text) {
    return !text.empty() && text.size() <= wire::kMaxSocksCredential;
  };
  if (fits(proxy.credentials->user) && fits(proxy.credentials->password)) {
    return {};
  }
  return fail(ErrorCode::usage,
              fmt::format("{}: user name and password of a SOCKS5 proxy have 1 to {} bytes each "
                          "(RFC 1929)",
                          proxy.display(), wire::kMaxSocksCredential));
}

const ProxyServer* proxy_for(const ProxyOptions& options, const Endpoint& endpoint) {
  const auto& proxy = endpoint.secure ? options.for_wss : options.for_ws;
  if (!proxy || !endpoint.unix_path.empty()) {
    return nullptr;
  }
  if (!options.loopback && is_loopback(endpoint.host)) {
    return nullptr;
  }
  return is_listed(options.no_proxy, endpoint.host) ? nullptr : &*proxy;
}

}  // namespace wskit::net
