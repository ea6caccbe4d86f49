// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/deflate_negotiation.h"
#include "wire/http.h"
#include "wire/server_handshake.h"

namespace wskit::serve {

/// What the server allows; views must outlive the call.
struct UpgradeRules {
  std::span<const std::string> allowed_origins;  // beside the server's own; "*": all
  std::span<const std::string> subprotocols;     // the preferred first; empty: the client's first
  bool compress = true;
};

struct ServerOptions;

/// What `options`, which must outlive them, allow.
[[nodiscard]] UpgradeRules upgrade_rules(const ServerOptions& options);

/// What an upgrade agrees to.
struct UpgradeAgreement {
  std::string subprotocol;  // empty: none
  std::optional<wire::DeflateAnswer> deflate;
  /// With deflate: which of the offers of permessage-deflate libwebsockets is to accept, from 1.
  std::size_t accepted_offer = 0;
};

/// The agreement, or the refusal: 400, 403, 405 or 426. libwebsockets checks neither method nor
/// version, key or origin, and drops without an answer what is longer than it can hold.
[[nodiscard]] std::expected<UpgradeAgreement, wire::UpgradeAnswer> check_upgrade(
    const wire::HttpRequest& request, const UpgradeRules& rules);

/// The first of the offered subprotocols, empty when there is none.
[[nodiscard]] std::string first_subprotocol(const wire::HttpRequest& request);

/// True when a page of `origin` may connect: no origin (not a browser), the server's own
/// ("http://HOST" or "https://HOST" with the Host header's text), or one on the list, byte for
/// byte (RFC 6455 10.2).
[[nodiscard]] bool origin_allowed(std::string_view origin, std::string_view host,
                                  std::span<const std::string> allowed);

}  // namespace wskit::serve
