// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "serve/identity.h"
#include "serve/jwt_key.h"

namespace wskit::serve {

/// A token is longer than this only to do harm.
inline constexpr std::size_t kMaxJwtBytes = std::size_t{8} * 1024;

/// Which JSON Web Tokens are good.
struct JwtPolicy {
  std::vector<JwtKey> keys;  // a token is signed with any of them
  /// Names of this server: a token with "aud" has one of them in it, and where there are names,
  /// every token has "aud".
  std::vector<std::string> audiences;
  std::optional<std::string> issuer;             // the "iss" that a token must have
  Nanoseconds leeway = std::chrono::seconds(5);  // by which clocks may differ
  /// Of a token without "subscribe" or without "publish".
  TopicRights default_rights = TopicRights::none();
};

/// Judges a token (RFC 7519) as a compact JSON Web Signature (RFC 7515). "sub" becomes the user,
/// "subscribe" and "publish", lists of topic filters, the rights; "exp", "nbf", "aud" and "iss" are
/// checked, other claims ignored. Of members with the same name the last one counts. The key's
/// algorithm decides, not the token's, which must be the same; "crit" is refused, because there is
/// no extension that we understand. Claims are looked at only behind a good signature.
[[nodiscard]] std::expected<Identity, AuthFailure> verify_jwt(std::string_view token,
                                                              const JwtPolicy& policy,
                                                              WallTime now);

}  // namespace wskit::serve
