// SPDX-License-Identifier: MIT
#include "serve/credential_files.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/bytes.h"
#include "core/check.h"
#include "core/json.h"
#include "core/lines.h"
#include "serve/identity.h"
#include "wire/ascii.h"

namespace wskit::serve {
namespace {

constexpr std::string_view kBlanks = " \t";

bool may_stand_in_token(char c) {
  return wire::is_alpha(c) || wire::is_digit(c) ||
         std::string_view("-._~+/").find(c) != std::string_view::npos;
}

// Cuts the first word and the blanks behind it off.
std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks, word.size()), line.size()));
  return word;
}

// Calls add(line) for each line that counts; the number of the line stands before its failures.
template <class Add>
Expected<void> for_each_entry(std::string_view text, Add&& add) {
  return for_each_line(text, [&](std::string_view line, std::size_t number) -> Expected<void> {
    if (line.empty() || line.starts_with('#')) {
      return {};
    }
    auto added = add(line);
    if (!added) {
      return fail(added.error().code, fmt::format("line {}: {}", number, added.error().message));
    }
    return {};
  });
}

// As htpasswd and mosquitto_passwd write them.
bool looks_hashed(std::string_view password) {
  constexpr std::array<std::string_view, 8> kPrefixes{"$apr1$", "$2a$", "$2b$", "$2y$",
                                                      "$5$",    "$6$",  "$7$",  "{SHA}"};
  return std::ranges::any_of(kPrefixes,
                             [&](std::string_view prefix) { return password.starts_with(prefix); });
}

}  // namespace

SecretDigest digest_of(std::string_view secret) {
  SecretDigest digest{};
  check(
      EVP_Digest(secret.data(), secret.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
      "OpenSSL has SHA-256");
  return digest;
}

bool is_bearer_token(std::string_view text) {
  const std::size_t padding = text.size() - std::min(text.find('='), text.size());
  const std::string_view token = text.substr(0, text.size() - padding);
  return !token.empty() && std::ranges::all_of(token, may_stand_in_token) &&
         text.find_first_not_of('=', token.size()) == std::string_view::npos;
}

Expected<TokenFile> TokenFile::parse(std::string_view text, const TopicRights& defaults) {
  TokenFile file;
  auto read = for_each_entry(text, [&](std::string_view line) { return file.add(line, defaults); });
  if (!read) {
    return std::unexpected(std::move(read.error()));
  }
  return file;
}

Expected<void> TokenFile::add(std::string_view line, const TopicRights& defaults) {
  const std::string_view token = take_word(line);
  const std::string_view user = take_word(line);
  if (!is_bearer_token(token) || user.empty()) {
    return fail(ErrorCode::usage,
                "write TOKEN USER [RIGHTS]; a token has letters, digits and -._~+/ and may end "
                "with =");
  }
  if (auto good = check_user(user); !good) {
    return good;
  }
  const auto json = line.empty() ? Expected<Json>(Json::object()) : parse_json(line);
  if (!json || !json->is_object()) {
    return fail(ErrorCode::usage,
                R"(rights are a JSON object: {"subscribe":["news/#"],"publish":[]})");
  }
  for (const auto& member : json->items()) {
    if (member.key() != "subscribe" && member.key() != "publish") {
      return fail(ErrorCode::usage,
                  fmt::format("rights are \"subscribe\" and \"publish\"; there is no \"{}\"",
                              escape(member.key())));
    }
  }
  auto rights = read_topic_rights(*json, defaults);
  if (!rights) {
    return std::unexpected(std::move(rights.error()));
  }
  const auto added =
      entries_.emplace(digest_of(token), Entry{std::string(user), std::move(*rights)});
  if (!added.second) {
    return fail(ErrorCode::usage, "the token stands in an earlier line too");
  }
  return {};
}

const TokenFile::Entry* TokenFile::find(std::string_view token) const {
  const auto found = entries_.find(digest_of(token));
  return found == entries_.end() ? nullptr : &found->second;
}

Expected<PasswordFile> PasswordFile::parse(std::string_view text) {
  PasswordFile file;
  auto read = for_each_entry(text, [&](std::string_view line) { return file.add(line); });
  if (!read) {
    return std::unexpected(std::move(read.error()));
  }
  return file;
}

Expected<void> PasswordFile::add(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon + 1 == line.size()) {
    return fail(ErrorCode::usage, "write USER:PASSWORD");
  }
  const std::string_view user = line.substr(0, colon);
  const std::string_view password = line.substr(colon + 1);
  if (auto good = check_user(user); !good) {
    return good;
  }
  if (looks_hashed(password)) {
    return fail(ErrorCode::usage, "the password is a hash; this file has passwords in plain text");
  }
  if (!digests_.emplace(user, digest_of(password)).second) {
    return fail(ErrorCode::usage, "the user stands in an earlier line too");
  }
  return {};
}

bool PasswordFile::accepts(std::string_view user, std::string_view password) const {
  const SecretDigest given = digest_of(password);
  const auto found = digests_.find(user);
  const bool known = found != digests_.end();
  const SecretDigest& expected = known ? found->second : SecretDigest{};
  const bool same = CRYPTO_memcmp(given.data(), expected.data(), given.size()) == 0;
  return known && same;
}

}  // namespace wskit::serve
