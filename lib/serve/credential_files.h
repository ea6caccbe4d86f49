// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "serve/topic_rights.h"

namespace wskit::serve {

/// SHA-256 of a secret. What is looked up and compared is this, so that no time that it takes tells
/// how much of a secret was right.
using SecretDigest = std::array<unsigned char, 32>;

[[nodiscard]] SecretDigest digest_of(std::string_view secret);

/// Whether a text may stand behind "Bearer" (RFC 6750 section 2.1, b64token).
[[nodiscard]] bool is_bearer_token(std::string_view text);

/// A file of bearer tokens: a line each, TOKEN USER [RIGHTS], where RIGHTS is a JSON object as
/// read_topic_rights() takes it. Empty lines and those that begin with '#' are skipped.
class TokenFile {
 public:
  struct Entry {
    std::string user;
    TopicRights rights;
  };

  /// Fails with ErrorCode::usage and the number of the line, without the token. Rights that a line
  /// does not speak of are those of `defaults`.
  [[nodiscard]] static Expected<TokenFile> parse(std::string_view text,
                                                 const TopicRights& defaults);

  /// Null for a token that is not in the file.
  [[nodiscard]] const Entry* find(std::string_view token) const;

 private:
  [[nodiscard]] Expected<void> add(std::string_view line, const TopicRights& defaults);

  std::map<SecretDigest, Entry> entries_;
};

/// A file of users: a line each, USER:PASSWORD, in plain text. Empty lines and those that begin
/// with
/// '#' are skipped.
class PasswordFile {
 public:
  /// Fails with ErrorCode::usage and the number of the line, without the password.
  [[nodiscard]] static Expected<PasswordFile> parse(std::string_view text);

  /// Takes as long for a user who does not exist as for a wrong password.
  [[nodiscard]] bool accepts(std::string_view user, std::string_view password) const;

 private:
  [[nodiscard]] Expected<void> add(std::string_view line);

  std::map<std::string, SecretDigest, std::less<>> digests_;
};

}  // namespace wskit::serve
