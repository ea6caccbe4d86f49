// SPDX-License-Identifier: MIT
#include "serve/jwt.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/json.h"
#include "core/units.h"

namespace wskit::serve {
namespace {

// In base64url. Its members are compared with each other while it is parsed, before anything shows
// that the token is not forged.
constexpr std::size_t kMaxHeaderBytes = 2048;

struct TokenParts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // the first two, with the dot between them
};

using Judgement = std::expected<void, AuthFailure>;

std::unexpected<AuthFailure> reject(AuthCause cause, std::string why) {
  return std::unexpected(AuthFailure{cause, std::move(why)});
}

std::expected<TokenParts, AuthFailure> split_token(std::string_view token) {
  if (token.size() > kMaxJwtBytes) {
    return reject(AuthCause::malformed,
                  fmt::format("the token is longer than {} bytes", kMaxJwtBytes));
  }
  if (std::ranges::count(token, '.') != 2) {
    return reject(AuthCause::malformed, "the token is not a signed JSON Web Token of three parts");
  }
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  const TokenParts parts{.header = token.substr(0, first),
                         .payload = token.substr(first + 1, second - first - 1),
                         .signature = token.substr(second + 1),
                         .signed_text = token.substr(0, second)};
  if (parts.header.size() > kMaxHeaderBytes) {
    return reject(AuthCause::malformed,
                  fmt::format("the token's header is longer than {} bytes", kMaxHeaderBytes));
  }
  return parts;
}

// The JSON object of a part.
std::expected<Json, AuthFailure> read_object(std::string_view part, std::string_view what) {
  const auto text = base64url_decode(part);
  if (!text) {
    return reject(AuthCause::malformed, fmt::format("the token's {} is not base64url", what));
  }
  auto json = parse_json(*text);
  if (!json || !json->is_object()) {
    return reject(AuthCause::malformed, fmt::format("the token's {} is not a JSON object", what));
  }
  return std::move(*json);
}

std::expected<JwtAlgorithm, AuthFailure> stated_algorithm(const Json& header) {
  if (header.contains("crit")) {
    return reject(AuthCause::malformed, "the token needs an extension that this server has not");
  }
  const auto name = header.find("alg");
  if (name == header.end() || !name->is_string()) {
    return reject(AuthCause::malformed, "the token does not name its algorithm");
  }
  const auto algorithm = parse_jwt_algorithm(name->get_ref<const std::string&>());
  if (!algorithm) {
    return reject(AuthCause::algorithm, "the token's algorithm is none that this server knows");
  }
  return *algorithm;
}

Judgement check_signature(const TokenParts& parts, JwtAlgorithm algorithm,
                          const std::vector<JwtKey>& keys) {
  const auto signature = base64url_decode(parts.signature);
  if (!signature) {
    return reject(AuthCause::malformed, "the token's signature is not base64url");
  }
  bool have_key = false;
  for (const JwtKey& key : keys) {
    if (key.algorithm() != algorithm) {
      continue;
    }
    have_key = true;
    if (key.verify(parts.signed_text, *signature)) {
      return {};
    }
  }
  return have_key
             ? reject(AuthCause::signature, "the token's signature is not good")
             : reject(AuthCause::algorithm, "this server has no key for the token's algorithm");
}

std::expected<Json, AuthFailure> verified_claims(std::string_view token, const JwtPolicy& policy) {
  const auto parts = split_token(token);
  if (!parts) {
    return std::unexpected(parts.error());
  }
  const auto header = read_object(parts->header, "header");
  if (!header) {
    return header;
  }
  const auto algorithm = stated_algorithm(*header);
  if (!algorithm) {
    return std::unexpected(algorithm.error());
  }
  if (auto good = check_signature(*parts, *algorithm, policy.keys); !good) {
    return std::unexpected(std::move(good.error()));
  }
  return read_object(parts->payload, "payload");
}

// A NumericDate (RFC 7519 section 2); nothing where the claim is absent.
std::expected<std::optional<double>, AuthFailure> date_claim(const Json& claims,
                                                             std::string_view name) {
  const auto claim = claims.find(name);
  if (claim == claims.end()) {
    return std::nullopt;
  }
  if (!claim->is_number()) {
    return reject(AuthCause::claims, fmt::format("the token's \"{}\" is not a number", name));
  }
  return claim->get<double>();
}

// Within what the clock's type can hold.
WallTime to_wall_time(double seconds) {
  const double last = to_seconds(WallTime::max().time_since_epoch());
  if (seconds >= last) {
    return WallTime::max();
  }
  return WallTime(std::chrono::duration_cast<WallTime::duration>(
      std::chrono::duration<double>(std::max(seconds, 0.0))));
}

Judgement check_dates(const Json& claims, const JwtPolicy& policy, WallTime now,
                      std::optional<WallTime>& expires) {
  const auto exp = date_claim(claims, "exp");
  const auto nbf = date_claim(claims, "nbf");
  if (!exp || !nbf) {
    return std::unexpected(exp ? nbf.error() : exp.error());
  }
  const double at = to_seconds(now.time_since_epoch());
  const double leeway = to_seconds(policy.leeway);
  if (*exp && at >= **exp + leeway) {
    return reject(AuthCause::expired, "the token has expired");
  }
  if (*nbf && at < **nbf - leeway) {
    return reject(AuthCause::not_yet_valid, "the token is not valid yet");
  }
  if (*exp) {
    expires = to_wall_time(**exp + leeway);
  }
  return {};
}

// "aud" is one text or a list of them (RFC 7519 section 4.1.3).
Judgement check_audience(const Json& claims, const std::vector<std::string>& wanted) {
  const auto claim = claims.find("aud");
  if (claim == claims.end()) {
    return wanted.empty()
               ? Judgement()
               : reject(AuthCause::audience, "the token does not say that it is for this server");
  }
  const auto is_ours = [&wanted](const Json& name) {
    return name.is_string() &&
           std::ranges::find(wanted, name.get_ref<const std::string&>()) != wanted.end();
  };
  const bool ours = claim->is_array() ? std::ranges::any_of(*claim, is_ours) : is_ours(*claim);
  return ours ? Judgement() : reject(AuthCause::audience, "the token is not for this server");
}

Judgement check_issuer(const Json& claims, const std::optional<std::string>& wanted) {
  const auto claim = claims.find("iss");
  if (!wanted || (claim != claims.end() && *claim == *wanted)) {
    return {};
  }
  return reject(AuthCause::issuer, "the token is not from the issuer that this server trusts");
}

std::expected<std::string, AuthFailure> user_of(const Json& claims) {
  const auto claim = claims.find("sub");
  if (claim == claims.end()) {
    return "";
  }
  if (!claim->is_string()) {
    return reject(AuthCause::claims, "the token's \"sub\" is not a text");
  }
  auto user = claim->get<std::string>();
  if (const auto good = check_user(user); !good) {
    return reject(AuthCause::claims, "the token's \"sub\": " + good.error().message);
  }
  return user;
}

}  // namespace

std::expected<Identity, AuthFailure> verify_jwt(std::string_view token, const JwtPolicy& policy,
                                                WallTime now) {
  const auto claims = verified_claims(token, policy);
  if (!claims) {
    return std::unexpected(claims.error());
  }
  Identity identity;
  for (auto& judgement :
       {check_dates(*claims, policy, now, identity.expires),
        check_audience(*claims, policy.audiences), check_issuer(*claims, policy.issuer)}) {
    if (!judgement) {
      return std::unexpected(judgement.error());
    }
  }
  auto user = user_of(*claims);
  if (!user) {
    return std::unexpected(std::move(user.error()));
  }
  auto rights = read_topic_rights(*claims, policy.default_rights);
  if (!rights) {
    return reject(AuthCause::claims, "the token's " + rights.error().message);
  }
  identity.user = std::move(*user);
  identity.rights = std::move(*rights);
  return identity;
}

}  // namespace wskit::serve
