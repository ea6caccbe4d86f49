// SPDX-License-Identifier: MIT
#include "serve/upgrade_check.h"

#include <algorithm>

#include <fmt/format.h>

#include "serve/server_options.h"
#include "wire/extensions.h"

namespace wskit::serve {
namespace {

// What libwebsockets 4.1.6 can hold of these headers and of one name.
constexpr std::size_t kMaxSubprotocolList = 126;
constexpr std::size_t kMaxSubprotocol = 63;
constexpr std::size_t kMaxExtensionList = 250;

// How libwebsockets goes through a list of extensions: it reads no further once it has accepted an
// offer that has parameters and is not the last, and fails when it comes to another offer of what
// it has accepted.
struct OfferScan {
  std::size_t accepted = 0;  // offer of permessage-deflate, from 1
  std::size_t bytes = 0;     // of the list
};

OfferScan scan_offers(std::string_view list) {
  OfferScan scan{.bytes = list.size()};
  const auto members = wire::split_list(list);
  for (const std::string_view member : members) {
    const auto offer = wire::parse_extensions(member);
    if (!offer || offer->front().name != wire::kDeflateName) {
      continue;
    }
    ++scan.accepted;
    if (!offer->front().parameters.empty() && member.data() != members.back().data()) {
      scan.bytes = static_cast<std::size_t>(member.data() - list.data()) + member.size();
      break;
    }
  }
  return scan;
}

bool too_many_subprotocols(const wire::HttpRequest& request) {
  return request.headers.joined("Sec-WebSocket-Protocol").size() > kMaxSubprotocolList ||
         first_subprotocol(request).size() > kMaxSubprotocol;
}

std::unexpected<wire::UpgradeAnswer> refuse_list(std::string_view what) {
  return std::unexpected(
      wire::refuse_upgrade(400, fmt::format("the list of {} is too long for this server", what)));
}

std::optional<wire::DeflateAnswer> agree_on_deflate(std::string_view extensions) {
  const auto offers = wire::parse_extensions(extensions);
  return offers ? wire::answer_deflate(*offers, {}) : std::nullopt;
}

}  // namespace

UpgradeRules upgrade_rules(const ServerOptions& options) {
  return {options.allowed_origins, options.subprotocols, options.compress};
}

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
  if (too_many_subprotocols(request)) {
    return refuse_list("subprotocols");
  }
  UpgradeAgreement agreement{.subprotocol = std::move(answer.subprotocol)};
  const std::string extensions = request.headers.joined("Sec-WebSocket-Extensions");
  std::size_t read = extensions.size();
  if (rules.compress) {
    agreement.deflate = agree_on_deflate(extensions);
  }
  if (agreement.deflate) {
    const OfferScan scan = scan_offers(extensions);
    agreement.accepted_offer = scan.accepted;
    read = scan.bytes;
  }
  if (read > kMaxExtensionList) {
    return refuse_list("extensions");
  }
  return agreement;
}

}  // namespace wskit::serve
