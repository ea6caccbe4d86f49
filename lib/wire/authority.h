// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace wskit::wire {

/// What is wrong with a URL, as all that parses one says it.
[[nodiscard]] std::unexpected<Error> bad_url(std::string message);

/// The user name and password of a URL, percent-decoded: secrets, for the Authorization header
/// only.
struct Credentials {
  std::string user;
  std::string password;
  bool operator==(const Credentials&) const = default;
};

/// The part of a URL between "//" and its path (RFC 3986 3.2).
struct Authority {
  std::optional<Credentials> credentials;
  /// Lower case, an IPv6 address without its brackets.
  std::string host;
  std::optional<std::uint16_t> port;
};

/// Parses [USER[:PASSWORD]@]HOST[:PORT]. Fails with ErrorCode::bad_url, and never quotes a
/// password.
[[nodiscard]] Expected<Authority> parse_authority(std::string_view text);

/// Nothing for a broken escape or one that gives a control character.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Each byte as it may stand in a path or in a query's value: letters, digits, "-._~/" as they are,
/// all others escaped (RFC 3986 2.1).
[[nodiscard]] std::string percent_encode(std::string_view text);

/// Fails with ErrorCode::bad_url for white space, control characters and bytes above 0x7e, which
/// have no place anywhere in a URL.
[[nodiscard]] Expected<void> check_url_bytes(std::string_view text);

}  // namespace wskit::wire
