// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "serve/topic_rights.h"

namespace wskit::serve {

/// Who a client is, and what it may do.
struct Identity {
  std::string user;  // "": it has no name
  TopicRights rights;
  std::optional<WallTime> expires;  // from when on its token is not taken any more
};

/// The same on the clock that connections live by: Instant::max() for never.
[[nodiscard]] Instant expiry_of(const Identity& identity, Instant now);

/// Why somebody was not let in, for answers and metrics.
enum class AuthCause : std::uint8_t {
  missing,        // no credentials
  ambiguous,      // more than one
  malformed,      // not what the RFCs say
  unknown,        // a user, a password or a token that the server does not know
  algorithm,      // a token signed in a way that the server has no key for
  signature,      // a token with a signature that is not good
  expired,        // a token whose time is over
  not_yet_valid,  // one whose time is to come
  audience,       // one for somebody else
  issuer,         // one from somebody else
  claims,         // one that says something that cannot be understood
  forbidden,      // a known user, who may not do this
};
inline constexpr std::size_t kAuthCauseCount = static_cast<std::size_t>(AuthCause::forbidden) + 1;

/// As the enumerator is spelt, for metrics and logs.
[[nodiscard]] std::string_view name(AuthCause cause);

struct AuthFailure {
  AuthCause cause;
  std::string why;  // quotes nothing of a client that is not known
};

/// A user's name is 1 to 255 bytes of UTF-8 without control characters. Fails with
/// ErrorCode::usage and what is wrong, without the name.
[[nodiscard]] Expected<void> check_user(std::string_view user);

}  // namespace wskit::serve
