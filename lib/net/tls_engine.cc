// SPDX-License-Identifier: MIT
#include "net/tls_engine.h"

#include <algorithm>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/tls_error.h"

namespace wskit::net {
namespace {

TlsEngine& engine_of(const SSL* ssl) {
  return *static_cast<TlsEngine*>(SSL_get_app_data(ssl));
}

std::vector<Certificate> describe_all(const STACK_OF(X509) * chain) {
  std::vector<Certificate> certificates;
  const int count = chain == nullptr ? 0 : sk_X509_num(chain);
  certificates.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    certificates.push_back(describe(*sk_X509_value(chain, i)));
  }
  return certificates;
}

// What other code of this thread left behind would be taken for ours. The queue is mostly empty,
// and emptying it costs four times as much as looking.
void forget_old_errors() {
  if (ERR_peek_error() != 0) {
    ERR_clear_error();
  }
}

}  // namespace

void TlsEngine::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

TlsEngine::TlsEngine(TlsContext& context, TlsServer* server, Stream& output)
    : context_(context), server_(server), transport_{output} {
  forget_old_errors();
  if (!set_up()) {
    error_ = std::make_unique<Error>(take_error());
  }
}

TlsEngine::~TlsEngine() {
  // A connection that just ends is no reason to distrust its session, which SSL_free() would do.
  if (ssl_ && !error_) {
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
}

bool TlsEngine::set_up() {
  ssl_.reset(SSL_new(context_.native()));
  BIO* const bio = ssl_ ? new_transport_bio(transport_) : nullptr;
  if (bio == nullptr) {
    return false;
  }
  SSL_set_bio(ssl_.get(), bio, bio);
  if (SSL_set_app_data(ssl_.get(), this) != 1) {
    return false;
  }
  if (server_ == nullptr) {
    SSL_set_accept_state(ssl_.get());
    return true;
  }
  SSL_set_connect_state(ssl_.get());
  return name_server() &&
         (!server_->session || SSL_set_session(ssl_.get(), server_->session.get()) == 1);
}

bool TlsEngine::name_server() {
  const char* const name = server_->name.c_str();
  if (!server_->is_address && SSL_set_tlsext_host_name(ssl_.get(), name) != 1) {
    return false;
  }
  if (!context_.options().checks_certificates()) {
    return true;
  }
  X509_VERIFY_PARAM* const param = SSL_get0_param(ssl_.get());
  if (server_->is_address) {
    return X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1;
  }
  X509_VERIFY_PARAM_set_hostflags(
      param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_host(param, name, server_->name.size()) == 1;
}

TlsEngine::Step TlsEngine::handshake() {
  if (error_ || !begins_like_tls()) {
    return Step::failed;
  }
  forget_old_errors();
  return outcome(SSL_do_handshake(ssl_.get()));
}

TlsEngine::Step TlsEngine::read(std::span<std::byte> room, std::size_t& used) {
  const Step step = decrypt(room, used);
  if (step != Step::done) {
    // A session ticket leaves a write buffer of 16 KiB behind, which only a write would release.
    SSL_free_buffers(ssl_.get());
  }
  return step;
}

TlsEngine::Step TlsEngine::decrypt(std::span<std::byte> room, std::size_t& used) {
  used = 0;
  forget_old_errors();
  while (used < room.size()) {
    std::size_t got = 0;
    const auto rest = room.subspan(used);
    if (const int result = SSL_read_ex(ssl_.get(), rest.data(), rest.size(), &got); result != 1) {
      return outcome(result);
    }
    used += got;
    if (transport_.received.empty() && SSL_pending(ssl_.get()) == 0) {
      // Asking would make OpenSSL allocate a buffer to read nothing into.
      return Step::starved;
    }
  }
  return Step::done;
}

TlsEngine::Step TlsEngine::write(std::span<const std::byte> plaintext) {
  forget_old_errors();
  std::size_t taken = 0;
  return outcome(SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &taken));
}

void TlsEngine::send_close_notify() {
  forget_old_errors();
  (void)SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

TlsAgreement TlsEngine::agreement() const {
  const SSL* const ssl = ssl_.get();
  return {SSL_version(ssl) == TLS1_3_VERSION ? TlsVersion::tls1_3 : TlsVersion::tls1_2,
          SSL_session_reused(ssl) == 1, SSL_get_cipher_name(ssl)};
}

ServerCertificates TlsEngine::certificates() const {
  return distrusted_ ? *distrusted_
                     : ServerCertificates{describe_all(SSL_get_peer_cert_chain(ssl_.get())), {}};
}

const x509_st* TlsEngine::trusted_certificate() const {
  // Whoever does not ask for certificates does not look at what comes either.
  const bool verifies = SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE;
  return verifies && SSL_get_verify_result(ssl_.get()) == X509_V_OK
             ? SSL_get0_peer_certificate(ssl_.get())
             : nullptr;
}

bool TlsEngine::begins_like_tls() {
  constexpr std::uint8_t kEnough = 2;
  if (bytes_looked_at_ == kEnough || transport_.received.empty()) {
    return true;
  }
  const bool first = bytes_looked_at_ == 0;
  bytes_looked_at_ = static_cast<std::uint8_t>(
      std::min<std::size_t>(bytes_looked_at_ + transport_.received.size(), kEnough));
  // A second byte that comes alone is left to OpenSSL.
  if (!first) {
    return true;
  }
  const auto received = transport_.received;
  if (auto error = server_ == nullptr ? client_not_tls(received) : not_tls(received)) {
    error_ = std::make_unique<Error>(*std::move(error));
    return false;
  }
  return true;
}

Error TlsEngine::take_error() const {
  return server_ == nullptr ? take_client_tls_error() : take_tls_error(context_.options());
}

TlsEngine::Step TlsEngine::outcome(int result) {
  if (error_) {
    // A callback found something out that OpenSSL does not know or cannot put so well.
    ERR_clear_error();
    return Step::failed;
  }
  if (result == 1) {
    return Step::done;
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::starved;
    case SSL_ERROR_ZERO_RETURN:
      return Step::closed;
    default:
      error_ = std::make_unique<Error>(take_error());
      return Step::failed;
  }
}

int TlsEngine::on_verify(int ok, x509_store_ctx_st* store) {
  if (ok != 1) {
    auto* const ssl = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    return engine_of(ssl).distrust(*store);
  }
  return ok;
}

int TlsEngine::distrust(x509_store_ctx_st& store) {
  const TlsOptions& options = context_.options();
  const std::string reason = distrust_reason(store, server_->name);
  if (options.describe_certificates && !distrusted_) {
    distrusted_ = std::make_unique<ServerCertificates>(
        ServerCertificates{describe_all(X509_STORE_CTX_get0_untrusted(&store)), reason});
  }
  if (!options.verify) {
    return 1;
  }
  error_ = std::make_unique<Error>(certificate_error(reason));
  return 0;
}

void TlsEngine::on_key(const ssl_st* ssl, const char* line) {
  TlsEngine& engine = engine_of(ssl);
  if (auto written = engine.context_.key_log().append(line); !written) {
    engine.error_ = std::make_unique<Error>(std::move(written.error()));
  }
}

int TlsEngine::on_new_session(ssl_st* ssl, ssl_session_st* session) {
  if (SSL_SESSION_is_resumable(session) != 1) {
    return 0;
  }
  engine_of(ssl).server_->session.reset(session);
  return 1;
}

}  // namespace wskit::net
