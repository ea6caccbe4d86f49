// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/error.h"
#include "net/loop.h"
#include "net/tls_acceptor.h"
#include "serve/certificate.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// TLS of what listens, as it was typed.
struct ListenTls {
  std::string certificate_file;
  std::string key_file;
  bool self_signed = false;
  std::string ca_file;  // where the self-signed certificate is to be written
};

/// --cert, --key, --self-signed and --write-ca.
void add_listen_tls(CLI::App& app, ListenTls& options);

/// Loads or makes the certificate; nothing where there is to be no TLS. Fails with
/// ErrorCode::usage.
[[nodiscard]] Expected<std::optional<serve::Certificate>> find_certificate(
    const ListenTls& options);

/// What makes accepted connections TLS; both empty where there is to be none.
struct ListenSecurity {
  std::optional<serve::Certificate> certificate;
  std::unique_ptr<net::TlsAcceptor> acceptor;
  /// For faults of certificates, where they were asked for.
  std::optional<serve::FlawedCertificates> flawed;
  std::unique_ptr<net::TlsAcceptor> expired;
  std::unique_ptr<net::TlsAcceptor> misnamed;
};

/// The same with what speaks it on a loop, which outlives it.
[[nodiscard]] Expected<ListenSecurity> secure_listening(net::Loop& loop, const ListenTls& options);

/// Adds flawed certificates to it, where there is TLS.
[[nodiscard]] Expected<void> add_flawed(net::Loop& loop, ListenSecurity& security);

/// Of a self-signed certificate: says on standard error how clients can trust it, and writes the
/// file that they need, with flawed ones if there are some.
[[nodiscard]] Expected<void> tell_how_to_trust(const ListenTls& options,
                                               const serve::Certificate& certificate,
                                               const serve::FlawedCertificates* flawed = nullptr);

}  // namespace wskit::cli
