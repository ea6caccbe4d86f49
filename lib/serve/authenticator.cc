// SPDX-License-Identifier: MIT
#include "serve/authenticator.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base64.h"
#include "serve/request_target.h"

namespace wskit::serve {
namespace {

constexpr int kBadStatus = 400;
constexpr int kUnauthorizedStatus = 401;
constexpr int kForbiddenStatus = 403;

enum class Scheme : std::uint8_t { none, bearer, basic };

struct Credentials {
  Scheme scheme = Scheme::none;
  std::string text;  // the token, or user and password in base64
};

std::unexpected<AuthFailure> deny(AuthCause cause, std::string why) {
  return std::unexpected(AuthFailure{cause, std::move(why)});
}

// "SCHEME text", the scheme in any case (RFC 9110 section 11.4).
std::expected<Credentials, AuthFailure> parse_authorization(std::string_view value) {
  const std::size_t blank = std::min(value.find(' '), value.size());
  const std::string_view scheme = value.substr(0, blank);
  const std::size_t start = std::min(value.find_first_not_of(' ', blank), value.size());
  const std::string_view text = value.substr(start);
  if (wire::equals_ignoring_case(scheme, "Bearer")) {
    return Credentials{.scheme = Scheme::bearer, .text = std::string(text)};
  }
  if (wire::equals_ignoring_case(scheme, "Basic")) {
    return Credentials{.scheme = Scheme::basic, .text = std::string(text)};
  }
  return deny(AuthCause::unknown, "this server knows no such scheme of authorization");
}

std::expected<Credentials, AuthFailure> credentials_of(const wire::HttpRequest& request) {
  const auto target = parse_target(request.target);
  if (!target) {
    return deny(AuthCause::malformed, target.error().message);
  }
  const auto tokens = target->all("access_token");
  const std::size_t headers = request.headers.count("Authorization");
  if (headers + tokens.size() > 1) {
    return deny(AuthCause::ambiguous, "credentials are sent more than once");
  }
  if (headers == 1) {
    return parse_authorization(*request.headers.get("Authorization"));
  }
  return tokens.empty() ? Credentials()
                        : Credentials{.scheme = Scheme::bearer, .text = tokens.front()};
}

// What may stand in error_description (RFC 6750 section 3).
std::string describable(std::string_view text) {
  std::string described(text);
  std::ranges::replace_if(
      described, [](char c) { return c == '"' || c == '\\' || c < ' ' || c > '~'; }, '\'');
  return described;
}

std::string_view bearer_error(int status) {
  switch (status) {
    case kBadStatus:
      return "invalid_request";
    case kUnauthorizedStatus:
      return "invalid_token";
    default:
      return "insufficient_scope";
  }
}

}  // namespace

Expected<void> check_exposure(const ListenAddress& address, const AuthOptions& options) {
  if (options.has_method() || options.allow_anonymous || is_loopback(address)) {
    return {};
  }
  return fail(ErrorCode::usage,
              fmt::format("listen on {}: everybody who can reach it could publish and subscribe; "
                          "choose whom to let in (--auth-...), or say --allow-anonymous",
                          address.host));
}

wire::UpgradeAnswer to_upgrade_answer(const AuthRefusal& refusal) {
  return wire::refuse_upgrade(refusal.status, refusal.reason, refusal.headers);
}

Authenticator::Authenticator(AuthOptions options) : options_(std::move(options)) {}

std::expected<Identity, AuthRefusal> Authenticator::identify(const wire::HttpRequest& request,
                                                             std::string_view certificate_user,
                                                             WallTime now) const {
  if (!options_.has_method()) {
    return Identity{.user = {}, .rights = options_.default_rights};
  }
  const auto credentials = credentials_of(request);
  if (!credentials) {
    return std::unexpected(refusal_of(credentials.error(), true));
  }
  switch (credentials->scheme) {
    case Scheme::bearer:
      return identify_token(credentials->text, now);
    case Scheme::basic: {
      auto identity = judge_password(credentials->text);
      return identity ? std::expected<Identity, AuthRefusal>(std::move(*identity))
                      : std::unexpected(refusal_of(identity.error(), false));
    }
    case Scheme::none:
      break;
  }
  auto identity = judge_certificate(certificate_user);
  return identity ? std::expected<Identity, AuthRefusal>(std::move(*identity))
                  : std::unexpected(refusal_of(identity.error(), false));
}

std::expected<Identity, AuthRefusal> Authenticator::identify_token(std::string_view token,
                                                                   WallTime now) const {
  if (!options_.has_method()) {
    return Identity{.user = {}, .rights = options_.default_rights};
  }
  auto identity = judge_token(token, now);
  return identity ? std::expected<Identity, AuthRefusal>(std::move(*identity))
                  : std::unexpected(refusal_of(identity.error(), true));
}

std::expected<Identity, AuthFailure> Authenticator::judge_token(std::string_view token,
                                                                WallTime now) const {
  if (!takes_tokens()) {
    return deny(AuthCause::unknown, "this server takes no bearer tokens");
  }
  if (!is_bearer_token(token)) {
    return deny(AuthCause::malformed, "the token has characters that no token has");
  }
  if (options_.tokens) {
    if (const TokenFile::Entry* const known = options_.tokens->find(token)) {
      return Identity{.user = known->user, .rights = known->rights};
    }
  }
  if (options_.jwt) {
    return verify_jwt(token, *options_.jwt, now);
  }
  return deny(AuthCause::unknown, "the token is not known");
}

std::expected<Identity, AuthFailure> Authenticator::judge_password(std::string_view encoded) const {
  if (!options_.passwords) {
    return deny(AuthCause::unknown, "this server takes no passwords");
  }
  const auto decoded = base64_decode(encoded);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    return deny(AuthCause::malformed, "the credentials are not user and password in base64");
  }
  const std::string_view text(*decoded);
  const std::string_view user = text.substr(0, colon);
  if (!options_.passwords->accepts(user, text.substr(colon + 1))) {
    return deny(AuthCause::unknown, "the user or the password is wrong");
  }
  return Identity{.user = std::string(user), .rights = options_.default_rights};
}

std::expected<Identity, AuthFailure> Authenticator::judge_certificate(std::string_view user) const {
  if (options_.client_certificates && !user.empty()) {
    return Identity{.user = std::string(user), .rights = options_.default_rights};
  }
  if (options_.allow_anonymous) {
    return Identity{.user = {}, .rights = options_.default_rights};
  }
  return deny(AuthCause::missing, "this server wants to know who you are");
}

AuthRefusal Authenticator::forbid_subscribe() const {
  return refusal_of({AuthCause::forbidden, "you may not subscribe to this"}, true);
}

AuthRefusal Authenticator::forbid_publish() const {
  return refusal_of({AuthCause::forbidden, "you may not publish to this topic"}, true);
}

AuthRefusal Authenticator::forbid_faults() const {
  return refusal_of({AuthCause::forbidden, "faults are for those who may do everything"}, true);
}

AuthRefusal Authenticator::refusal_of(const AuthFailure& failure, bool of_token) const {
  int status = kUnauthorizedStatus;
  if (failure.cause == AuthCause::forbidden || !(takes_tokens() || options_.passwords)) {
    // There is nothing to challenge a client without a certificate to.
    status = kForbiddenStatus;
  } else if (failure.cause == AuthCause::ambiguous) {
    status = kBadStatus;
  }
  AuthRefusal refusal{status, failure.cause, failure.why, {}};
  if (takes_tokens()) {
    std::string challenge = R"(Bearer realm="wskit")";
    if (of_token) {
      challenge += fmt::format(R"(, error="{}", error_description="{}")", bearer_error(status),
                               describable(failure.why));
    }
    refusal.headers.push_back({"WWW-Authenticate", std::move(challenge)});
  }
  if (options_.passwords && status == kUnauthorizedStatus) {
    refusal.headers.push_back({"WWW-Authenticate", R"(Basic realm="wskit", charset="UTF-8")"});
  }
  return refusal;
}

}  // namespace wskit::serve
