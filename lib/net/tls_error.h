// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "net/tls_options.h"

struct x509_store_ctx_st;

namespace wskit::net {

/// "TLS 1.2 to 1.3": what the options allow.
[[nodiscard]] std::string version_range(const TlsOptions& options);

/// What the oldest entry of OpenSSL's error queue (of this thread) says, and empties the queue.
[[nodiscard]] std::string take_openssl_reason();

/// Why a handshake or a connection failed, from OpenSSL's error queue, which is emptied: tls_alert,
/// tls_not_tls or tls_failed. Without who the peer is.
[[nodiscard]] Error take_tls_error(const TlsOptions& options);

/// The same on the server's side: what the client did.
[[nodiscard]] Error take_client_tls_error();

/// Why the certificate that `store` is looking at is refused; `name` is what the server was called.
[[nodiscard]] std::string distrust_reason(x509_store_ctx_st& store, std::string_view name);
/// The same as a failure (tls_certificate), with what to do about it.
[[nodiscard]] Error certificate_error(std::string_view reason);

/// Whether the first bytes of a server cannot be TLS, and what they are instead (tls_not_tls).
[[nodiscard]] std::optional<Error> not_tls(std::span<const std::byte> first_bytes);
/// The same of a client.
[[nodiscard]] std::optional<Error> client_not_tls(std::span<const std::byte> first_bytes);

}  // namespace wskit::net
