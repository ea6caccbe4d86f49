// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>

#include "serve/server_options.h"

struct ssl_ctx_st;

namespace wskit::serve {

/// The keys of session tickets, random and the same for all threads of a server, so that a client
/// can resume its session whichever thread it comes to.
class TicketKeys {
 public:
  TicketKeys();
  [[nodiscard]] const std::array<unsigned char, 80>& bytes() const { return bytes_; }

 private:
  std::array<unsigned char, 80> bytes_{};
};

/// Makes a TLS context serve with the certificate that `options` must have, and ask clients for
/// theirs where it has authorities for that. False when OpenSSL refuses, e.g. because the key is
/// too weak for its security level.
[[nodiscard]] bool set_up_tls(ssl_ctx_st* context, const ServerOptions& options,
                              const TicketKeys& keys);

struct FreeTlsContext {
  void operator()(ssl_ctx_st* context) const;
};
using TlsContextPointer = std::unique_ptr<ssl_ctx_st, FreeTlsContext>;

/// An empty client context for libwebsockets. A server has no use for one, but without it 4.1.6
/// makes its own for each context, with all of the system's certificate authorities, and then
/// leaks all but one of them.
[[nodiscard]] TlsContextPointer make_idle_client_context();

}  // namespace wskit::serve
