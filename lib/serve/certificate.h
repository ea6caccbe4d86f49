// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

struct evp_pkey_st;
struct x509_st;

namespace wskit::serve {

/// What is wrong with a certificate, on purpose.
enum class CertificateFlaw : std::uint8_t { none, expired, wrong_name };

/// A server's certificate with its chain and private key, shared by the TLS contexts of all
/// threads.
class Certificate {
 public:
  /// PEM files: the server's certificate first, then its chain; a key without a passphrase. Fails
  /// with ErrorCode::usage, naming the file and what is wrong with it.
  [[nodiscard]] static Expected<Certificate> load(const std::string& certificate_file,
                                                  const std::string& key_file);
  /// A fresh one for localhost, 127.0.0.1 and ::1 (P-256, valid for 30 days from an hour ago),
  /// signed by itself. Fails with ErrorCode::internal.
  [[nodiscard]] static Expected<Certificate> make_self_signed(
      CertificateFlaw flaw = CertificateFlaw::none);

  /// The certificate without its chain, in PEM: for a self-signed one, what a client has to trust.
  [[nodiscard]] std::string pem() const;
  /// SHA-256 of the certificate, "AB:CD:...".
  [[nodiscard]] std::string fingerprint() const;

  // OpenSSL's objects, borrowed.
  [[nodiscard]] x509_st* certificate() const;
  [[nodiscard]] evp_pkey_st* key() const;
  [[nodiscard]] std::vector<x509_st*> chain() const;

 private:
  struct Parts;
  explicit Certificate(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

  std::shared_ptr<const Parts> parts_;  // immutable; shared by the copies in options
};

/// Certificates for faults, each signed by itself.
struct FlawedCertificates {
  Certificate expired;
  Certificate wrong_name;

  [[nodiscard]] static Expected<FlawedCertificates> make();
};

}  // namespace wskit::serve
