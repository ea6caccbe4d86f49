// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "serve/authenticator.h"
#include "serve/client_authorities.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Who is let in, as it was typed.
struct AuthChoice {
  std::string jwt_secret;
  std::vector<std::string> jwt_key_files;
  std::vector<std::string> jwt_audiences;
  std::optional<std::string> jwt_issuer;
  Nanoseconds jwt_leeway = serve::JwtPolicy().leeway;
  std::string token_file;
  std::string password_file;
  std::string client_authority_file;
  bool allow_anonymous = false;
  std::vector<std::string> subscribe;  // of those whose credentials do not say
  std::vector<std::string> publish;
};

/// The group "Authentication".
void add_auth_options(CLI::App& app, AuthChoice& choice);

/// The same, with the files read.
struct Auth {
  serve::AuthOptions options;
  std::optional<serve::ClientAuthorities> client_authorities;  // for ServerOptions
};

/// Fails with ErrorCode::usage or unreadable_file, with the option and the file, without secrets.
[[nodiscard]] Expected<Auth> read_auth(const AuthChoice& choice);

}  // namespace wskit::cli
