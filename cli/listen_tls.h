// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "core/error.h"
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

/// Of a self-signed certificate: says on standard error how clients can trust it, and writes the
/// file that they need.
[[nodiscard]] Expected<void> tell_how_to_trust(const ListenTls& options,
                                               const serve::Certificate& certificate);

}  // namespace wskit::cli
