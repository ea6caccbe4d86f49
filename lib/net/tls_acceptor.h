// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "core/error.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls_context.h"

namespace wskit::net {

/// Lays TLS, as the server, on connections that a listener of one loop accepted.
class TlsAcceptor {
 public:
  /// Fails with tls_failed when OpenSSL does not take the certificate.
  [[nodiscard]] static Expected<std::unique_ptr<TlsAcceptor>> create(Loop& loop,
                                                                     const TlsIdentity& identity);

  /// A stream whose handshake begins: its on_connect or on_error (a tls_ code) says how it ended.
  /// What is written before that leaves after it.
  [[nodiscard]] std::unique_ptr<Stream> accept(std::unique_ptr<Stream> stream) const;

  /// Once a handshake is over: the certificate of the client that was found good, as long as the
  /// stream lives; null for none, and for a stream without TLS.
  [[nodiscard]] static const x509_st* trusted_certificate(const Stream& stream);

 private:
  // The context is shared with the streams.
  TlsAcceptor(Loop& loop, std::shared_ptr<TlsContext> context);

  Loop& loop_;
  std::shared_ptr<TlsContext> context_;
};

}  // namespace wskit::net
