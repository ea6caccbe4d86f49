// SPDX-License-Identifier: MIT
#include "wire/uri.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/ascii.h"
#include "wire/authority.h"
#include "wire/http.h"

namespace wskit::wire {
namespace {

constexpr std::uint16_t kWsPort = 80;
constexpr std::uint16_t kWssPort = 443;

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
  auto authority = parse_authority(rest.substr(0, end));
  if (!authority) {
    // "wss://me:pa/ss@host": what looks like a host and port is part of a password.
    if (rest.find('@', end) != std::string_view::npos) {
      return bad_url(
          "the host or port is not valid; if the '@' ends a user name and password, "
          "percent-encode '/' as %2F and '?' as %3F in them");
    }
    return std::unexpected(std::move(authority.error()));
  }
  uri.host = std::move(authority->host);
  uri.port = authority->port.value_or(tls ? kWssPort : kWsPort);
  uri.credentials = std::move(authority->credentials);
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

// As a server reads it; what it cannot read, as it is.
std::string decoded_name(std::string_view name) {
  return percent_decode(name).value_or(std::string(name));
}

}  // namespace

bool names_a_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kHints{
      "auth", "cookie", "cred", "jwt", "key", "pass", "secret", "session", "sig", "token"};
  const std::string lower = to_lower(name);
  return std::ranges::any_of(
      kHints, [&](std::string_view hint) { return lower.find(hint) != std::string::npos; });
}

bool is_secret_header(std::string_view name) {
  return names_a_secret(name) && !equals_ignoring_case(name, "Sec-WebSocket-Key") &&
         !equals_ignoring_case(name, "Sec-WebSocket-Accept");
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
    if (equals != std::string_view::npos &&
        names_a_secret(decoded_name(pair.substr(1, equals - 1)))) {
      shown.append(pair.substr(0, equals + 1)).append("***");
    } else {
      shown.append(pair);
    }
    begin = end;
  }
  return shown;
}

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

std::string Uri::text() const {
  const std::string where = unix_path.empty()
                                ? fmt::format("{}://{}", tls ? "wss" : "ws", host_header())
                                : fmt::format("ws+unix:{}:", escape(unix_path, 107));
  return where + target;
}

std::string Uri::display() const {
  Uri shown = *this;
  shown.target = without_secrets(target);
  return shown.text();
}

Expected<Uri> parse_uri(std::string_view text) {
  if (text.empty()) {
    return bad_url("the URL is empty: write ws://HOST/PATH or wss://HOST/PATH");
  }
  if (auto checked = check_url_bytes(text); !checked) {
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
