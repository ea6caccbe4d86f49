// SPDX-License-Identifier: MIT
#include "wire/uri.h"

#include <algorithm>
#include <array>
#include <utility>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"

namespace wskit::wire {
namespace {

constexpr std::uint16_t kWsPort = 80;
constexpr std::uint16_t kWssPort = 443;
constexpr std::size_t kMaxHostBytes = 253;  // a DNS name in its text form (RFC 1035 2.3.4)
constexpr std::size_t kMaxLabelBytes = 63;

std::unexpected<Error> bad_url(std::string message) {
  return fail(ErrorCode::bad_url, std::move(message));
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

int hex_digit(char c) {
  if (is_digit(c)) {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Nothing for a broken escape or one that gives a control character.
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

Expected<void> check_bytes(std::string_view text) {
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

Expected<void> parse_host_port(std::string_view text, Uri& uri) {
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
  uri.host = std::move(*name);
  if (!parts->port.empty()) {
    const auto port = parse_integer(parts->port, 1, 65'535);
    if (!port) {
      return bad_url(fmt::format("port '{}' is not from 1 to 65535", escape(parts->port)));
    }
    uri.port = static_cast<std::uint16_t>(*port);
  }
  return {};
}

Expected<void> parse_authority(std::string_view authority, Uri& uri) {
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    auto credentials = parse_userinfo(authority.substr(0, at));
    if (!credentials) {
      return std::unexpected(std::move(credentials.error()));
    }
    uri.credentials = std::move(*credentials);
    authority.remove_prefix(at + 1);
  }
  return parse_host_port(authority, uri);
}

std::string make_target(std::string_view path_and_query) {
  const bool has_path = path_and_query.starts_with('/');
  return has_path ? std::string(path_and_query) : "/" + std::string(path_and_query);
}

Expected<Uri> parse_network(std::string_view rest, bool tls) {
  if (!rest.starts_with("//")) {
    return bad_url("two slashes are missing: write ws://HOST/PATH");
  }
  rest.remove_prefix(2);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  Uri uri;
  uri.tls = tls;
  uri.port = tls ? kWssPort : kWsPort;
  if (auto parsed = parse_authority(rest.substr(0, end), uri); !parsed) {
    // "wss://me:pa/ss@host": what looks like a host and port is part of a password.
    if (rest.find('@', end) != std::string_view::npos) {
      return bad_url(
          "the host or port is not valid; if the '@' ends a user name and password, "
          "percent-encode '/' as %2F and '?' as %3F in them");
    }
    return std::unexpected(std::move(parsed.error()));
  }
  uri.target = make_target(rest.substr(end));
  return uri;
}

Expected<Uri> parse_unix(std::string_view rest) {
  if (rest.starts_with("///")) {
    rest.remove_prefix(2);
  }
  const std::size_t query = std::min(rest.find('?'), rest.size());
  const std::size_t colon = std::min(rest.find(':'), query);
  const auto path = percent_decode(rest.substr(0, colon));
  if (!path || path->empty() || rest.starts_with("//")) {
    return bad_url(
        "the socket's file is missing or has a broken percent-escape: write "
        "ws+unix:/path/to/socket:/request/path");
  }
  Uri uri;
  uri.unix_path = *path;
  uri.target = make_target(rest.substr(colon == query ? query : colon + 1));
  return uri;
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

std::unexpected<Error> wrong_scheme(std::string_view text, std::string_view scheme) {
  static constexpr std::array kRightScheme{
      std::pair<std::string_view, std::string_view>{"http", "ws://"},
      std::pair<std::string_view, std::string_view>{"https", "wss://"},
      std::pair<std::string_view, std::string_view>{"unix",
                                                    "ws+unix:/path/to/socket:/request/path"},
      std::pair<std::string_view, std::string_view>{"http+unix",
                                                    "ws+unix:/path/to/socket:/request/path"},
  };
  for (const auto& [wrong, right] : kRightScheme) {
    if (scheme == wrong) {
      return bad_url(fmt::format("unknown scheme '{}': use {}", scheme, right));
    }
  }
  const bool has_slashes = text.substr(scheme.size()).starts_with("://");
  if (is_scheme(scheme) && has_slashes) {
    return bad_url(fmt::format("unknown scheme '{}': use ws:// or wss://", escape(scheme)));
  }
  // Not quoted whole: there may be a password in it.
  return bad_url(fmt::format("there is no scheme: write ws://{0} or wss://{0}",
                             text.find('@') == std::string_view::npos ? escape(text) : "..."));
}

bool names_a_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kHints{
      "auth", "cred", "jwt", "key", "pass", "secret", "session", "sig", "token"};
  const std::string lower = to_lower(name);
  return std::ranges::any_of(
      kHints, [&](std::string_view hint) { return lower.find(hint) != std::string::npos; });
}

std::string without_secrets(std::string_view target) {
  const std::size_t query = target.find('?');
  if (query == std::string_view::npos) {
    return std::string(target);
  }
  std::string shown(target.substr(0, query));
  std::size_t begin = query;
  while (begin < target.size()) {
    const std::size_t end = std::min(target.find('&', begin + 1), target.size());
    const std::string_view pair = target.substr(begin, end - begin);  // with its '?' or '&'
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && names_a_secret(pair.substr(1, equals - 1))) {
      shown.append(pair.substr(0, equals + 1)).append("***");
    } else {
      shown.append(pair);
    }
    begin = end;
  }
  return shown;
}

}  // namespace

bool Uri::is_ipv6() const {
  return host.find(':') != std::string::npos;
}

std::string Uri::host_header() const {
  if (!unix_path.empty()) {
    return "localhost";
  }
  const std::string name = is_ipv6() ? fmt::format("[{}]", host) : host;
  const bool is_default = port == (tls ? kWssPort : kWsPort);
  return is_default ? name : fmt::format("{}:{}", name, port);
}

std::string Uri::host_port() const {
  return is_ipv6() ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string Uri::display() const {
  const std::string where = unix_path.empty()
                                ? fmt::format("{}://{}", tls ? "wss" : "ws", host_header())
                                : fmt::format("ws+unix:{}:", escape(unix_path, 107));
  return where + without_secrets(target);
}

Expected<Uri> parse_uri(std::string_view text) {
  if (text.empty()) {
    return bad_url("the URL is empty: write ws://HOST/PATH or wss://HOST/PATH");
  }
  if (auto checked = check_bytes(text); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string scheme = to_lower(text.substr(0, colon));
  const bool known = scheme == "ws" || scheme == "wss" || scheme == "ws+unix";
  if (!known || colon == text.size()) {
    return wrong_scheme(text, scheme);
  }
  if (text.find('#') != std::string_view::npos) {
    return bad_url(
        "a WebSocket URL has no fragment (RFC 6455 section 3): leave out what follows "
        "'#', or write a '#' that belongs to the path or a password as %23");
  }
  const std::string_view rest = text.substr(colon + 1);
  return scheme == "ws+unix" ? parse_unix(rest) : parse_network(rest, scheme == "wss");
}

}  // namespace wskit::wire
