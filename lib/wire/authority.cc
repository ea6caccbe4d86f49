// SPDX-License-Identifier: MIT
#include "wire/authority.h"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"
#include "wire/ascii.h"

namespace wskit::wire {
namespace {

constexpr std::size_t kMaxHostBytes = 253;  // a DNS name in its text form (RFC 1035 2.3.4)
constexpr std::size_t kMaxLabelBytes = 63;

int hex_digit(char c) {
  if (is_digit(c)) {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Expected<Credentials> parse_userinfo(std::string_view userinfo) {
  const std::size_t colon = userinfo.find(':');
  const auto user = percent_decode(userinfo.substr(0, colon));
  const auto password = percent_decode(
      colon == std::string_view::npos ? std::string_view{} : userinfo.substr(colon + 1));
  if (!user || !password || userinfo.find('@') != std::string_view::npos) {
    return bad_url(
        "the user name or password has a broken or forbidden percent-escape, or an '@' "
        "that is not written %40");
  }
  if (user->find(':') != std::string::npos) {
    return bad_url("a user name cannot contain ':' (RFC 7617 section 2)");
  }
  return Credentials{*user, *password};
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes && std::ranges::all_of(label, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
  });
}

std::string_view last_label(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  return dot == std::string_view::npos ? host : host.substr(dot + 1);
}

Expected<std::string> parse_name(std::string_view host) {
  std::string_view rest = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  // A name never ends in a number, so this is meant as an address: the resolver would read
  // "127.1" or "0x7f.1" in the manner of 4.2BSD.
  const std::string last = to_lower(last_label(rest));
  if (!last.empty() && (std::ranges::all_of(last, is_digit) || last.starts_with("0x"))) {
    in_addr address{};
    if (::inet_pton(AF_INET, std::string(host).c_str(), &address) != 1) {
      return bad_url(fmt::format("host '{}' is not an IPv4 address of four numbers from 0 to 255",
                                 escape(host)));
    }
    return std::string(host);
  }
  if (rest.size() > kMaxHostBytes) {
    return bad_url(
        fmt::format("the host name is {} bytes long, more than {}", rest.size(), kMaxHostBytes));
  }
  while (true) {
    const std::size_t dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) {
      return bad_url(
          fmt::format("host '{}' is not a name: letters, digits, '-' and '_', parted by "
                      "single dots, at most {} bytes each",
                      escape(host), kMaxLabelBytes));
    }
    if (dot == std::string_view::npos) {
      return to_lower(host);
    }
    rest.remove_prefix(dot + 1);
  }
}

Expected<std::string> parse_ipv6(std::string_view literal) {
  if (literal.find('%') != std::string_view::npos) {
    return bad_url(fmt::format("'[{}]' has a zone, which has no place in a URL: leave it out",
                               escape(literal)));
  }
  in6_addr address{};
  if (::inet_pton(AF_INET6, std::string(literal).c_str(), &address) != 1) {
    return bad_url(fmt::format("'[{}]' is not an IPv6 address", escape(literal)));
  }
  return to_lower(literal);
}

struct HostPort {
  std::string_view host;  // with brackets
  std::string_view port;  // may be empty
};

Expected<HostPort> split_port(std::string_view text) {
  std::size_t host_end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) {
      return bad_url(fmt::format("'{}' has no closing ']'", escape(text)));
    }
    host_end = bracket + 1;
  } else if (std::ranges::count(text, ':') > 1) {
    return bad_url(fmt::format(
        "'{}' has several ':': write an IPv6 address in brackets, [::1]:9001", escape(text)));
  }
  if (host_end >= text.size()) {
    return HostPort{text, {}};
  }
  if (text[host_end] != ':') {
    return bad_url(fmt::format("'{}' follows the ']' of the host", escape(text.substr(host_end))));
  }
  return HostPort{text.substr(0, host_end), text.substr(host_end + 1)};
}

Expected<void> parse_host_port(std::string_view text, Authority& authority) {
  const auto parts = split_port(text);
  if (!parts) {
    return std::unexpected(parts.error());
  }
  if (parts->host.empty()) {
    return bad_url("there is no host: write ws://HOST/PATH");
  }
  const std::string_view host = parts->host;
  auto name = host.front() == '[' ? parse_ipv6(host.substr(1, host.size() - 2)) : parse_name(host);
  if (!name) {
    return std::unexpected(std::move(name.error()));
  }
  authority.host = std::move(*name);
  if (!parts->port.empty()) {
    const auto port = parse_integer(parts->port, 1, 65'535);
    if (!port) {
      return bad_url(fmt::format("port '{}' is not from 1 to 65535", escape(parts->port)));
    }
    authority.port = static_cast<std::uint16_t>(*port);
  }
  return {};
}

}  // namespace

std::unexpected<Error> bad_url(std::string message) {
  return fail(ErrorCode::bad_url, std::move(message));
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) {
      return std::nullopt;
    }
    const int byte = hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]);
    if (byte < 0x20 || byte == 0x7f) {
      return std::nullopt;
    }
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain = "-._~/";
  std::string encoded;
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

Expected<void> check_url_bytes(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte > 0x20 && byte < 0x7f) {
      continue;
    }
    if (byte >= 0x80) {
      return bad_url(
          fmt::format("the byte 0x{:02x} at position {} is not ASCII: write a host in its "
                      "xn-- form and anything else percent-encoded, as %{:02X}",
                      byte, i + 1, byte));
    }
    return bad_url(fmt::format(
        "{} at position {} is not allowed: percent-encode it as %{:02X}",
        byte == ' ' ? std::string("a space") : fmt::format("the control character 0x{:02x}", byte),
        i + 1, byte));
  }
  return {};
}

Expected<Authority> parse_authority(std::string_view text) {
  Authority authority;
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    auto credentials = parse_userinfo(text.substr(0, at));
    if (!credentials) {
      return std::unexpected(std::move(credentials.error()));
    }
    authority.credentials = std::move(*credentials);
    text.remove_prefix(at + 1);
  }
  if (auto parsed = parse_host_port(text, authority); !parsed) {
    return std::unexpected(std::move(parsed.error()));
  }
  return authority;
}

}  // namespace wskit::wire
