// SPDX-License-Identifier: MIT
#include "serve/upgrade_check.h"

#include <algorithm>
#include <cctype>
#include <ranges>

#include <fmt/format.h>

#include "core/base64.h"

namespace wskit::serve {
namespace {

constexpr std::size_t kKeyBytes = 16;
// What libwebsockets 4.1.6 can hold of the list and of one name; beyond, it drops the connection.
constexpr std::size_t kMaxSubprotocolList = 126;
constexpr std::size_t kMaxSubprotocol = 63;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Use>
void for_each_in_list(std::string_view list, Use use) {
  for (const auto part : std::views::split(list, ',')) {
    const std::string_view item = trim(std::string_view(part.begin(), part.end()));
    if (!item.empty()) {
      use(item);
    }
  }
}

bool list_has(std::string_view list, std::string_view wanted) {
  bool found = false;
  for_each_in_list(
      list, [&](std::string_view item) { found = found || equals_ignoring_case(item, wanted); });
  return found;
}

std::string choose_subprotocol(std::string_view offered, std::span<const std::string> supported) {
  std::string chosen;
  for_each_in_list(offered, [&](std::string_view item) {
    const bool fits = supported.empty() || std::ranges::find(supported, item) != supported.end();
    if (chosen.empty() && fits && item.size() <= kMaxSubprotocol) {
      chosen = item;
    }
  });
  return chosen;
}

std::unexpected<HttpAnswer> refuse(int status, std::string_view body, std::string headers = {}) {
  return std::unexpected(HttpAnswer{status, fmt::format("{}\n", body), std::move(headers)});
}

bool key_is_valid(std::string_view key) {
  const auto bytes = base64_decode(key);
  return bytes && bytes->size() == kKeyBytes;
}

}  // namespace

std::string_view first_subprotocol(std::string_view list) {
  std::string_view first;
  for_each_in_list(list, [&first](std::string_view item) {
    if (first.empty()) {
      first = item;
    }
  });
  return first;
}

bool origin_allowed(std::string_view origin, std::string_view host,
                    std::span<const std::string> allowed) {
  if (origin.empty()) {
    return true;
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!host.empty() && origin.starts_with(scheme) && origin.substr(scheme.size()) == host) {
      return true;
    }
  }
  return std::ranges::any_of(
      allowed, [origin](std::string_view entry) { return entry == "*" || entry == origin; });
}

std::expected<std::string, HttpAnswer> check_upgrade(const UpgradeRequest& request,
                                                     const UpgradePolicy& policy) {
  if (request.method != "GET") {
    return refuse(405, "a WebSocket opens with GET", "Allow: GET\r\n");
  }
  if (request.http_version != "HTTP/1.1") {
    return refuse(400, "a WebSocket needs HTTP/1.1");
  }
  if (!equals_ignoring_case(request.upgrade, "websocket") ||
      !list_has(request.connection, "upgrade")) {
    return refuse(400, "the request must say Upgrade: websocket and Connection: Upgrade");
  }
  if (request.host.empty()) {
    return refuse(400, "the Host header is missing");
  }
  if (request.version != "13") {
    return refuse(426, "this server speaks version 13 of the protocol",
                  "Sec-WebSocket-Version: 13\r\n");
  }
  if (!key_is_valid(request.key)) {
    return refuse(400, "Sec-WebSocket-Key is not 16 bytes in base64");
  }
  if (!origin_allowed(request.origin, request.host, policy.allowed_origins)) {
    return refuse(403, "this origin may not connect; --allow-origin lets it");
  }
  if (request.subprotocols.size() > kMaxSubprotocolList) {
    return refuse(400, "the list of subprotocols is too long");
  }
  return choose_subprotocol(request.subprotocols, policy.subprotocols);
}

}  // namespace wskit::serve
