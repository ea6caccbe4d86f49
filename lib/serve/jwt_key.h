// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace wskit::serve {

/// How a JSON Web Signature is made (RFC 7518 section 3.1, RFC 8037 section 3.1). "none" is not
/// among them.
enum class JwtAlgorithm : std::uint8_t { hs256, rs256, es256, eddsa };

/// "HS256", "RS256", "ES256", "EdDSA"; also "Ed25519" (RFC 9864) for the last one. Nothing for any
/// other, in other letter case too.
[[nodiscard]] std::optional<JwtAlgorithm> parse_jwt_algorithm(std::string_view name);
[[nodiscard]] std::string_view name(JwtAlgorithm algorithm);

/// A key that checks signatures, bound to one algorithm by what it is, so that a public key is
/// never taken for a shared secret. Copies share the key, which may be used on any thread.
class JwtKey {
 public:
  /// A secret for HS256, at least 32 bytes (RFC 7518 section 3.2). Fails with ErrorCode::usage and
  /// never quotes the secret.
  [[nodiscard]] static Expected<JwtKey> from_secret(std::string_view secret);

  /// The first certificate in a PEM text, or else the first public key: RSA of at least 2,048 bits
  /// (RS256), P-256 (ES256) or Ed25519 (EdDSA). Of a certificate only its key counts. Fails with
  /// ErrorCode::usage and what it is instead.
  [[nodiscard]] static Expected<JwtKey> from_pem(std::string_view pem);

  [[nodiscard]] JwtAlgorithm algorithm() const { return algorithm_; }

  /// Whether `signature`, as it stands in a token, is that of `message` by this key: 32 bytes for
  /// HS256, r and s of 32 bytes each for ES256.
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

 private:
  struct Material;
  JwtKey(JwtAlgorithm algorithm, std::shared_ptr<const Material> material)
      : algorithm_(algorithm), material_(std::move(material)) {}

  JwtAlgorithm algorithm_;
  std::shared_ptr<const Material> material_;  // immutable; shared by the copies of all threads
};

}  // namespace wskit::serve
