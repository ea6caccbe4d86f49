// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <vector>

struct x509_st;

namespace wskit::net {

/// What a person wants to know of an X.509 certificate (RFC 5280). Texts come from the server: they
/// are UTF-8 where the certificate is sound, and not safe for a terminal.
struct Certificate {
  /// Distinguished names, "CN = localhost, O = Example"; empty where the certificate has none.
  std::string subject;
  std::string issuer;
  /// DNS names and numeric addresses that it is valid for.
  std::vector<std::string> names;
  /// "RSA 2048", "EC prime256v1", "ED25519".
  std::string key;
  /// Valid from the first to the second instant, both included; 1970 where it has no readable date.
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
};

/// What a TLS server showed.
struct ServerCertificates {
  /// As it sent them: its own first. Empty where it came to none.
  std::vector<Certificate> chain;
  /// Why they are not trusted; empty when they are.
  std::string distrust;
};

[[nodiscard]] Certificate describe(const x509_st& certificate);

/// "2026-01-02".
[[nodiscard]] std::string date_text(std::chrono::sys_seconds instant);

}  // namespace wskit::net
