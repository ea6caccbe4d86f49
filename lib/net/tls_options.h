// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wskit::net {

enum class TlsVersion : std::uint8_t { tls1_2, tls1_3 };

[[nodiscard]] std::string_view name(TlsVersion version) noexcept;

/// How a TLS client behaves; paths are PEM files.
struct TlsOptions {
  /// Checks chain and host name; off only on the user's word.
  bool verify = true;
  /// Empty: SSL_CERT_FILE and SSL_CERT_DIR, else the system's.
  std::string ca_file;
  std::string ca_directory;
  std::string certificate_file;
  std::string key_file;
  std::string key_password;
  /// Empty: the host of the URL. Also the name that the certificate is checked against.
  std::string server_name;
  TlsVersion min_version = TlsVersion::tls1_2;
  TlsVersion max_version = TlsVersion::tls1_3;
  /// OpenSSL's syntax; empty keeps the library's choice. `ciphersuites` is for TLS 1.3.
  std::string ciphers;
  std::string ciphersuites;
  /// Where session keys are appended in NSS key log format; empty for none.
  std::string key_log_file;
  /// Offers a session of an earlier connection of the same loop.
  bool resume_sessions = false;
  /// Tells DialHandler::on_certificates, and with `verify` off why they would have been refused.
  bool describe_certificates = false;

  /// Whether chain and name are looked at, be it only to tell.
  [[nodiscard]] bool checks_certificates() const { return verify || describe_certificates; }

  friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

/// What a handshake agreed on.
struct TlsAgreement {
  TlsVersion version = TlsVersion::tls1_3;
  bool resumed = false;
  std::string cipher;
};

}  // namespace wskit::net
