// SPDX-License-Identifier: MIT
#include "cli/auth_options.h"

#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"
#include "cli/secrets.h"
#include "core/parse.h"
#include "report/file.h"

namespace wskit::cli {
namespace {

constexpr std::size_t kMaxAuthFileBytes = std::size_t{64} << 20U;
constexpr const char* kAuthGroup = "Authentication";

std::unexpected<Error> at_option(std::string_view option, const Error& error) {
  return fail(error.code, fmt::format("{}: {}", option, error.message));
}

// What `parse` makes of the content of a file.
template <class Parse>
auto read_with(std::string_view option, const std::string& file, Parse parse)
    -> decltype(parse(std::string_view())) {
  const auto text = report::read_file(file, kMaxAuthFileBytes);
  if (!text) {
    return at_option(option, text.error());
  }
  auto parsed = parse(std::string_view(*text));
  if (!parsed) {
    return fail(parsed.error().code,
                fmt::format("{} {}: {}", option, file, parsed.error().message));
  }
  return parsed;
}

Expected<std::vector<serve::JwtKey>> read_jwt_keys(const AuthChoice& choice) {
  std::vector<serve::JwtKey> keys;
  if (!choice.jwt_secret.empty()) {
    const auto secret = read_secret(choice.jwt_secret);
    if (!secret) {
      return at_option("--auth-jwt-secret", secret.error());
    }
    auto key = serve::JwtKey::from_secret(*secret);
    if (!key) {
      return at_option("--auth-jwt-secret", key.error());
    }
    keys.push_back(std::move(*key));
  }
  for (const std::string& file : choice.jwt_key_files) {
    auto key = read_with("--auth-jwt-key", file, serve::JwtKey::from_pem);
    if (!key) {
      return std::unexpected(std::move(key.error()));
    }
    keys.push_back(std::move(*key));
  }
  return keys;
}

// Nothing where the option was not given.
Expected<std::optional<serve::TopicFilters>> read_filters_of(
    std::string_view option, const std::vector<std::string>& texts) {
  if (texts.empty()) {
    return std::nullopt;
  }
  auto filters = serve::parse_topic_filters(texts);
  if (!filters) {
    return at_option(option, filters.error());
  }
  return std::move(*filters);
}

Expected<serve::TopicRights> read_default_rights(const AuthChoice& choice) {
  auto subscribe = read_filters_of("--allow-subscribe", choice.subscribe);
  auto publish = read_filters_of("--allow-publish", choice.publish);
  if (!subscribe || !publish) {
    return std::unexpected(subscribe ? publish.error() : subscribe.error());
  }
  return serve::TopicRights{.subscribe = std::move(*subscribe), .publish = std::move(*publish)};
}

Expected<void> read_jwt(const AuthChoice& choice, serve::AuthOptions& options) {
  auto keys = read_jwt_keys(choice);
  if (!keys) {
    return std::unexpected(std::move(keys.error()));
  }
  if (keys->empty() && (!choice.jwt_audiences.empty() || choice.jwt_issuer)) {
    return fail(ErrorCode::usage,
                "--auth-jwt-audience and --auth-jwt-issuer need --auth-jwt-secret or "
                "--auth-jwt-key");
  }
  if (keys->empty()) {
    return {};
  }
  serve::JwtPolicy& policy = options.jwt.emplace();
  policy.keys = std::move(*keys);
  policy.audiences = choice.jwt_audiences;
  policy.issuer = choice.jwt_issuer;
  policy.leeway = choice.jwt_leeway;
  // A signed token may have been made for anything: it allows what it says, or what we were told.
  const serve::TopicRights& rights = options.default_rights;
  policy.default_rights.subscribe = rights.subscribe.value_or(serve::TopicFilters());
  policy.default_rights.publish = rights.publish.value_or(serve::TopicFilters());
  return {};
}

Expected<void> read_credential_files(const AuthChoice& choice, serve::AuthOptions& options) {
  if (!choice.token_file.empty()) {
    auto tokens = read_with("--auth-tokens", choice.token_file, [&](std::string_view text) {
      return serve::TokenFile::parse(text, options.default_rights);
    });
    if (!tokens) {
      return std::unexpected(std::move(tokens.error()));
    }
    options.tokens = std::move(*tokens);
  }
  if (!choice.password_file.empty()) {
    auto passwords = read_with("--auth-basic", choice.password_file, serve::PasswordFile::parse);
    if (!passwords) {
      return std::unexpected(std::move(passwords.error()));
    }
    options.passwords = std::move(*passwords);
  }
  return {};
}

void add_jwt_options(CLI::App& app, AuthChoice& choice) {
  app.add_option(
         "--auth-jwt-secret", choice.jwt_secret,
         "Take JSON Web Tokens that are signed with this secret (HS256), 32 bytes at least: "
         "@FILE or env:NAME keeps it off the command line")
      ->type_name("SECRET")
      ->check(not_empty())
      ->group(kAuthGroup);
  app.add_option("--auth-jwt-key", choice.jwt_key_files,
                 "Take those that are signed with the private key of this public one or "
                 "certificate, in PEM (repeatable): RSA (RS256), P-256 (ES256) or Ed25519 (EdDSA)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(kAuthGroup);
  app.add_option("--auth-jwt-audience", choice.jwt_audiences,
                 "The name of this server in the claim aud (repeatable), which tokens must have "
                 "then; without it a token with aud is refused")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group(kAuthGroup);
  app.add_option("--auth-jwt-issuer", choice.jwt_issuer, "The claim iss that tokens must have")
      ->type_name("NAME")
      ->group(kAuthGroup);
  add_duration(app, "--auth-jwt-leeway", choice.jwt_leeway,
               "By how much clocks may differ when exp and nbf are checked")
      ->default_str("5s")
      ->group(kAuthGroup);
}

void add_rights_options(CLI::App& app, AuthChoice& choice) {
  app.add_flag("--allow-anonymous", choice.allow_anonymous,
               "Let everybody in who sends no credentials. Where nothing else of this group is "
               "given everybody is let in anyway, but on loopback addresses only; this opens the "
               "others")
      ->group(kAuthGroup);
  app.add_option("--allow-subscribe", choice.subscribe,
                 "What may be subscribed to by those whose credentials do not say (repeatable), '' "
                 "for nothing; without it everything, for a JSON Web Token nothing")
      ->type_name("FILTER")
      ->allow_extra_args(false)
      ->group(kAuthGroup);
  app.add_option("--allow-publish", choice.publish, "The same for publishing")
      ->type_name("FILTER")
      ->allow_extra_args(false)
      ->group(kAuthGroup);
}

}  // namespace

void add_auth_options(CLI::App& app, AuthChoice& choice) {
  add_jwt_options(app, choice);
  app.add_option("--auth-tokens", choice.token_file,
                 "Take the bearer tokens of this file: a line each, TOKEN USER [RIGHTS]")
      ->type_name("FILE")
      ->group(kAuthGroup);
  app.add_option("--auth-basic", choice.password_file,
                 "Take the users of this file with HTTP Basic: a line each, USER:PASSWORD")
      ->type_name("FILE")
      ->group(kAuthGroup);
  app.add_option("--auth-client-ca", choice.client_authority_file,
                 "Ask clients for a certificate from these authorities, PEM, with --cert or "
                 "--self-signed; its common name is the user")
      ->type_name("FILE")
      ->group(kAuthGroup);
  add_rights_options(app, choice);
}

Expected<Auth> read_auth(const AuthChoice& choice) {
  Auth auth;
  auto rights = read_default_rights(choice);
  if (!rights) {
    return std::unexpected(std::move(rights.error()));
  }
  auth.options.default_rights = std::move(*rights);
  auth.options.allow_anonymous = choice.allow_anonymous;
  for (auto* const read : {read_jwt, read_credential_files}) {
    if (auto done = read(choice, auth.options); !done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  if (!choice.client_authority_file.empty()) {
    auto authorities = read_with("--auth-client-ca", choice.client_authority_file,
                                 serve::ClientAuthorities::from_pem);
    if (!authorities) {
      return std::unexpected(std::move(authorities.error()));
    }
    auth.client_authorities = std::move(*authorities);
    auth.options.client_certificates = true;
  }
  return auth;
}

}  // namespace wskit::cli
