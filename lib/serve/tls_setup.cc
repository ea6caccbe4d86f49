// SPDX-License-Identifier: MIT
#include "serve/tls_setup.h"

#include <libwebsockets.h>  // and with it OpenSSL's TLS
#include <openssl/rand.h>

#include "core/check.h"

namespace wskit::serve {

TicketKeys::TicketKeys() {
  check(RAND_bytes(bytes_.data(), static_cast<int>(bytes_.size())) == 1, "OpenSSL has randomness");
}

bool set_up_tls(SSL_CTX* context, const ServerOptions& options, const TicketKeys& keys) {
  const Certificate& certificate = *options.certificate;
  auto key_bytes = keys.bytes();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_tlsext_ticket_keys(context, key_bytes.data(), key_bytes.size());
  if (SSL_CTX_use_certificate(context, certificate.certificate()) != 1 ||
      SSL_CTX_use_PrivateKey(context, certificate.key()) != 1) {
    return false;
  }
  for (X509* link : certificate.chain()) {
    if (SSL_CTX_add1_chain_cert(context, link) != 1) {
      return false;
    }
  }
  return !options.client_authorities || options.client_authorities->set_up(context);
}

void FreeTlsContext::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

TlsContextPointer make_idle_client_context() {
  return TlsContextPointer(SSL_CTX_new(TLS_client_method()));
}

}  // namespace wskit::serve
