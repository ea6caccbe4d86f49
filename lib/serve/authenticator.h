// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "serve/credential_files.h"
#include "serve/identity.h"
#include "serve/jwt.h"
#include "serve/listen_address.h"
#include "wire/http.h"
#include "wire/server_handshake.h"

namespace wskit::serve {

/// Who is let in. With none of the methods everybody is, as an anonymous user without a limit.
struct AuthOptions {
  std::optional<JwtPolicy> jwt;           // bearer tokens: signed ones,
  std::optional<TokenFile> tokens;        // and known ones
  std::optional<PasswordFile> passwords;  // HTTP Basic
  bool client_certificates = false;       // that TLS has verified
  /// Clients without credentials are let in too; bad credentials are refused all the same.
  bool allow_anonymous = false;
  /// Of anonymous users and of those of passwords and certificates.
  TopicRights default_rights;

  [[nodiscard]] bool has_method() const {
    return jwt || tokens || passwords || client_certificates;
  }
};

/// Fails with ErrorCode::usage where others than this machine's programs could connect, nobody has
/// to say who they are, and that was not asked for.
[[nodiscard]] Expected<void> check_exposure(const ListenAddress& address,
                                            const AuthOptions& options);

/// Why a request is not answered as it wants.
struct AuthRefusal {
  int status;          // 400, 401 or 403
  AuthCause cause;     // to be counted
  std::string reason;  // a line for the body, and for protocols with errors of their own
  std::vector<wire::Header> headers;  // WWW-Authenticate (RFC 9110 section 11.6.1, RFC 6750)
};

[[nodiscard]] wire::UpgradeAnswer to_upgrade_answer(const AuthRefusal& refusal);

/// Tells from a request who sends it. Immutable: one for all threads.
class Authenticator {
 public:
  explicit Authenticator(AuthOptions options);

  /// By the Authorization header (Bearer or Basic), the query's access_token, or else the user of
  /// the client certificate ("" for none). Credentials that are sent in two ways are refused with
  /// 400 (RFC 6750 section 2).
  [[nodiscard]] std::expected<Identity, AuthRefusal> identify(const wire::HttpRequest& request,
                                                              std::string_view certificate_user,
                                                              WallTime now) const;

  /// By a token that came within a protocol.
  [[nodiscard]] std::expected<Identity, AuthRefusal> identify_token(std::string_view token,
                                                                    WallTime now) const;

  /// The refusal for a known user: 403.
  [[nodiscard]] AuthRefusal forbid_subscribe() const;
  [[nodiscard]] AuthRefusal forbid_publish() const;
  [[nodiscard]] AuthRefusal forbid_faults() const;

 private:
  [[nodiscard]] bool takes_tokens() const { return options_.jwt || options_.tokens; }
  [[nodiscard]] std::expected<Identity, AuthFailure> judge_token(std::string_view token,
                                                                 WallTime now) const;
  [[nodiscard]] std::expected<Identity, AuthFailure> judge_password(std::string_view encoded) const;
  [[nodiscard]] std::expected<Identity, AuthFailure> judge_certificate(std::string_view user) const;
  [[nodiscard]] AuthRefusal refusal_of(const AuthFailure& failure, bool of_token) const;

  AuthOptions options_;
};

}  // namespace wskit::serve
