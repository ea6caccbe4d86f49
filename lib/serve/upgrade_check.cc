// SPDX-License-Identifier: MIT
#include "serve/upgrade_check.h"

#include <algorithm>

#include "wire/extensions.h"

namespace wskit::serve {
namespace {

// What libwebsockets 4.1.6 can hold of these headers and of one name.
constexpr std::size_t kMaxSubprotocolList = 126;
constexpr std::size_t kMaxSubprotocol = 63;
constexpr std::size_t kMaxExtensionList = 250;

std::optional<wire::UpgradeAnswer> refuse_too_long(const wire::HttpRequest& request) {
  if (request.headers.joined("Sec-WebSocket-Protocol").size() > kMaxSubprotocolList ||
      first_subprotocol(request).size() > kMaxSubprotocol) {
    return wire::refuse_upgrade(400, "the list of subprotocols is too long for this server");
  }
  if (request.headers.joined("Sec-WebSocket-Extensions").size() > kMaxExtensionList) {
    return wire::refuse_upgrade(400, "the list of extensions is too long for this server");
  }
  return std::nullopt;
}

std::optional<wire::DeflateAnswer> agree_on_deflate(const wire::HttpRequest& request) {
  const auto offers = wire::parse_extensions(request.headers.joined("Sec-WebSocket-Extensions"));
  return offers ? wire::answer_deflate(*offers, {}) : std::nullopt;
}

}  // namespace

std::string first_subprotocol(const wire::HttpRequest& request) {
  const std::string list = request.headers.joined("Sec-WebSocket-Protocol");
  const auto members = wire::split_list(list);
  return members.empty() ? std::string() : std::string(members.front());
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

std::expected<UpgradeAgreement, wire::UpgradeAnswer> check_upgrade(const wire::HttpRequest& request,
                                                                   const UpgradeRules& rules) {
  wire::UpgradePolicy policy;
  policy.subprotocols.assign(rules.subprotocols.begin(), rules.subprotocols.end());
  if (policy.subprotocols.empty()) {
    policy.subprotocols.push_back(first_subprotocol(request));
  }
  auto answer = wire::answer_upgrade(request, policy);
  if (answer.status != 101) {
    return std::unexpected(std::move(answer));
  }
  const std::string origin = request.headers.joined("Origin");
  if (!origin_allowed(origin, *request.headers.get("Host"), rules.allowed_origins)) {
    return std::unexpected(
        wire::refuse_upgrade(403, "this origin may not connect; --allow-origin lets it"));
  }
  if (auto refusal = refuse_too_long(request)) {
    return std::unexpected(std::move(*refusal));
  }
  return UpgradeAgreement{std::move(answer.subprotocol),
                          rules.compress ? agree_on_deflate(request) : std::nullopt};
}

}  // namespace wskit::serve
