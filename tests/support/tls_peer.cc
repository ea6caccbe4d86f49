// SPDX-License-Identifier: MIT
#include "tests/support/tls_peer.h"

#include <array>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/check.h"

namespace wskit::test {
namespace {

int native_version(int version) {
  switch (version) {
    case 11:
      return TLS1_1_VERSION;
    case 12:
      return TLS1_2_VERSION;
    default:
      return TLS1_3_VERSION;
  }
}

void require_client_certificate(SSL_CTX* context, const std::string& authority) {
  const std::string path = certificate_path(authority + ".pem");
  check(SSL_CTX_load_verify_file(context, path.c_str()) == 1, "the clients' CA can be read");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

int choose_http(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* length,
                const unsigned char* offered, unsigned int size, void* /*unused*/) {
  static constexpr std::array<unsigned char, 9> kOurs{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* result = nullptr;
  const int found =
      SSL_select_next_proto(&result, length, kOurs.data(), kOurs.size(), offered, size);
  *chosen = result;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

std::string certificate_path(const std::string& file) {
  return std::string(WSKIT_TEST_CERTIFICATES "/").append(file);
}

TlsServerContext::TlsServerContext(const TlsServerOptions& options)
    : context_(SSL_CTX_new(TLS_server_method())) {
  const std::string stem = certificate_path(options.certificate);
  check(SSL_CTX_use_certificate_chain_file(context_, (stem + ".pem").c_str()) == 1 &&
            SSL_CTX_use_PrivateKey_file(context_, (stem + ".key").c_str(), SSL_FILETYPE_PEM) == 1,
        "the server's certificate can be read");
  if (options.max_version < 12) {
    // Debian's security level 2 has no TLS 1.1.
    SSL_CTX_set_security_level(context_, 0);
  }
  SSL_CTX_set_min_proto_version(context_, native_version(options.min_version));
  SSL_CTX_set_max_proto_version(context_, native_version(options.max_version));
  if (!options.ciphers.empty()) {
    check(SSL_CTX_set_cipher_list(context_, options.ciphers.c_str()) == 1, "ciphers are known");
  }
  if (!options.client_ca.empty()) {
    require_client_certificate(context_, options.client_ca);
  }
  SSL_CTX_set_session_id_context(context_, reinterpret_cast<const unsigned char*>("test"), 4);
  SSL_CTX_set_alpn_select_cb(context_, choose_http, nullptr);
}

TlsServerContext::~TlsServerContext() {
  SSL_CTX_free(context_);
}

TlsPeer::TlsPeer(const TlsServerContext& context) : ssl_(SSL_new(context.native())) {
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(ssl_);
}

TlsPeer::~TlsPeer() {
  SSL_free(ssl_);
}

void TlsPeer::receive(std::string_view records) {
  if (!error.empty()) {
    return;
  }
  ERR_clear_error();
  BIO_write(SSL_get_rbio(ssl_), records.data(), static_cast<int>(records.size()));
  if (!established_) {
    const int result = SSL_do_handshake(ssl_);
    if (result != 1) {
      return SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ ? void() : fail();
    }
    established_ = true;
  }
  std::array<char, 16384> buffer;
  int size = 0;
  while ((size = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
    received.append(buffer.data(), static_cast<std::size_t>(size));
  }
  switch (SSL_get_error(ssl_, size)) {
    case SSL_ERROR_WANT_READ:
      return;
    case SSL_ERROR_ZERO_RETURN:
      closed = true;
      return;
    default:
      fail();
  }
}

void TlsPeer::fail() {
  const char* const reason = ERR_reason_error_string(ERR_get_error());
  error = reason == nullptr ? "unknown" : reason;
}

std::string TlsPeer::take() {
  BIO* const bio = SSL_get_wbio(ssl_);
  std::string records(BIO_ctrl_pending(bio), '\0');
  if (!records.empty()) {
    BIO_read(bio, records.data(), static_cast<int>(records.size()));
  }
  return records;
}

void TlsPeer::write(std::string_view plaintext) {
  check(SSL_write(ssl_, plaintext.data(), static_cast<int>(plaintext.size())) ==
            static_cast<int>(plaintext.size()),
        "memory takes everything");
}

void TlsPeer::send_close_notify() {
  SSL_shutdown(ssl_);
}

void TlsPeer::send_key_update() {
  check(SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(ssl_) == 1,
        "keys can be updated");
}

std::string TlsPeer::server_name() const {
  const char* const name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? "" : name;
}

std::string TlsPeer::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

bool TlsPeer::resumed() const {
  return SSL_session_reused(ssl_) == 1;
}

}  // namespace wskit::test
