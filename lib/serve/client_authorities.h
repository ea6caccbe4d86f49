// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

struct ssl_ctx_st;
struct x509_st;

namespace wskit::serve {

/// The authorities whose client certificates a server trusts; copies share them.
class ClientAuthorities {
 public:
  /// All certificates of a PEM text, one at least. Fails with ErrorCode::usage.
  [[nodiscard]] static Expected<ClientAuthorities> from_pem(std::string_view pem);

  /// OpenSSL's, as long as it lives.
  [[nodiscard]] std::vector<x509_st*> certificates() const;
  /// Makes a TLS context ask clients for a certificate, and end the handshake where what comes is
  /// not good; whoever has none may go on. False when OpenSSL refuses.
  [[nodiscard]] bool set_up(ssl_ctx_st* context) const;

 private:
  struct Links;
  explicit ClientAuthorities(std::shared_ptr<const Links> links) : links_(std::move(links)) {}

  std::shared_ptr<const Links> links_;  // immutable; shared by the copies in options
};

/// Whom a certificate is for: its only common name, or else its whole subject as RFC 2253 writes
/// it;
/// "" where that is no good name for a user (check_user).
[[nodiscard]] std::string subject_of(const x509_st* certificate);

}  // namespace wskit::serve
