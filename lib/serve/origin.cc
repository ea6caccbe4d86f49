// SPDX-License-Identifier: MIT
#include "serve/origin.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/authority.h"

namespace wskit::serve {
namespace {

constexpr std::string_view kSchemeEnd = "://";
constexpr std::string_view kSchemeCharacters = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

// Browsers leave it out.
bool is_default_port(std::string_view scheme, std::uint16_t port) {
  return (scheme == "http" && port == kHttpPort) || (scheme == "https" && port == kHttpsPort);
}

// As a browser at a page of this URL sends it; nothing where there is no such URL.
std::optional<std::string> origin_of_url(std::string_view text) {
  const std::size_t colon = text.find(kSchemeEnd);
  if (colon == 0 || colon == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string scheme = to_lower(text.substr(0, colon));
  if (scheme.find_first_not_of(kSchemeCharacters) != std::string::npos) {
    return std::nullopt;
  }
  const std::string_view rest = text.substr(colon + kSchemeEnd.size());
  const auto authority = wire::parse_authority(rest.substr(0, rest.find_first_of("/?#")));
  if (!authority || authority->host.empty() || authority->credentials ||
      authority->host.find('*') != std::string::npos) {
    return std::nullopt;
  }
  const bool v6 = authority->host.find(':') != std::string::npos;
  std::string origin =
      fmt::format("{}://{}{}{}", scheme, v6 ? "[" : "", authority->host, v6 ? "]" : "");
  if (authority->port && !is_default_port(scheme, *authority->port)) {
    origin += fmt::format(":{}", *authority->port);
  }
  return origin;
}

}  // namespace

Expected<void> check_allowed_origin(std::string_view text) {
  if (text == "*" || text == "null") {
    return {};
  }
  const auto origin = origin_of_url(text);
  if (!origin) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not an origin; write one like "
                                              "https://example.com:8443, or '*' for all",
                                              escape(text)));
  }
  if (*origin != text) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not what browsers send; write '{}'", escape(text), *origin));
  }
  return {};
}

}  // namespace wskit::serve
