// SPDX-License-Identifier: MIT
#include "net/tls_context.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/socket_address.h"
#include "net/tls_engine.h"
#include "net/tls_error.h"

namespace wskit::net {
namespace {

int protocol(TlsVersion version) {
  return version == TlsVersion::tls1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

std::unexpected<Error> refuse(ErrorCode code, std::string_view what) {
  return fail(code, fmt::format("{}: {}", what, take_openssl_reason()));
}

// OpenSSL says of a directory only that nothing is in it.
std::unexpected<Error> refuse_file(std::string_view what, const std::string& file) {
  std::error_code unknown;
  if (std::filesystem::is_directory(file, unknown)) {
    ERR_clear_error();
    return fail(ErrorCode::unreadable_file,
                fmt::format("{} {}: {}", what, file, std::generic_category().message(EISDIR)));
  }
  return refuse(ErrorCode::unreadable_file, fmt::format("{} {}", what, file));
}

Expected<void> set_versions(SSL_CTX& context, const TlsOptions& options) {
  if (options.min_version > options.max_version) {
    return fail(ErrorCode::usage,
                fmt::format("lowest version {} is above the highest, {}", name(options.min_version),
                            name(options.max_version)));
  }
  if (SSL_CTX_set_min_proto_version(&context, protocol(options.min_version)) != 1 ||
      SSL_CTX_set_max_proto_version(&context, protocol(options.max_version)) != 1) {
    return refuse(ErrorCode::usage, "set the versions of TLS");
  }
  return {};
}

Expected<void> set_ciphers(SSL_CTX& context, const TlsOptions& options) {
  if (!options.ciphers.empty() && SSL_CTX_set_cipher_list(&context, options.ciphers.c_str()) != 1) {
    return refuse(ErrorCode::usage, fmt::format("ciphers '{}'", options.ciphers));
  }
  if (!options.ciphersuites.empty() &&
      SSL_CTX_set_ciphersuites(&context, options.ciphersuites.c_str()) != 1) {
    return refuse(ErrorCode::usage, fmt::format("ciphersuites '{}'", options.ciphersuites));
  }
  return {};
}

int trust_anything(X509_STORE_CTX* /*store*/, void* /*unused*/) {
  return 1;
}

Expected<void> set_trust(SSL_CTX& context, const TlsOptions& options) {
  if (!options.checks_certificates()) {
    SSL_CTX_set_verify(&context, SSL_VERIFY_NONE, nullptr);
    // Else the chain is built and checked all the same, for nobody.
    SSL_CTX_set_cert_verify_callback(&context, trust_anything, nullptr);
    return {};
  }
  SSL_CTX_set_verify(&context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     TlsEngine::on_verify);
  if (options.ca_file.empty() && options.ca_directory.empty()) {
    if (SSL_CTX_set_default_verify_paths(&context) != 1) {
      return refuse(ErrorCode::unreadable_file, "read the system's trusted certificates");
    }
    return {};
  }
  if (!options.ca_file.empty() &&
      SSL_CTX_load_verify_file(&context, options.ca_file.c_str()) != 1) {
    return refuse_file("read trusted certificates from", options.ca_file);
  }
  if (!options.ca_directory.empty() &&
      SSL_CTX_load_verify_dir(&context, options.ca_directory.c_str()) != 1) {
    return refuse(ErrorCode::unreadable_file,
                  fmt::format("read trusted certificates from {}", options.ca_directory));
  }
  return {};
}

struct Password {
  const std::string& text;
  bool asked = false;
};

// Always set: OpenSSL's own would ask on the terminal.
int on_password(char* room, int size, int /*writing*/, void* user) {
  auto& password = *static_cast<Password*>(user);
  password.asked = true;
  return static_cast<int>(password.text.copy(room, static_cast<std::size_t>(size)));
}

std::unexpected<Error> refuse_key(const std::string& file, const TlsOptions& options,
                                  bool password_asked) {
  if (!password_asked) {
    return refuse_file("read key", file);
  }
  ERR_clear_error();
  return fail(ErrorCode::unreadable_file,
              options.key_password.empty()
                  ? fmt::format("key {} is encrypted; --pass gives its password", file)
                  : fmt::format("key {} cannot be read with that password", file));
}

Expected<void> load_certificate(SSL_CTX& context, const TlsOptions& options,
                                const Password& password) {
  const std::string& certificate = options.certificate_file;
  const std::string& key = options.key_file.empty() ? certificate : options.key_file;
  if (SSL_CTX_use_certificate_chain_file(&context, certificate.c_str()) != 1) {
    return refuse_file("read certificate", certificate);
  }
  const bool loaded = SSL_CTX_use_PrivateKey_file(&context, key.c_str(), SSL_FILETYPE_PEM) == 1;
  const bool mismatch = ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH;
  if (!loaded && !mismatch) {
    return refuse_key(key, options, password.asked);
  }
  // A key of another kind is loaded beside the certificate, without a word.
  if (!loaded || SSL_CTX_check_private_key(&context) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::usage,
                fmt::format("key {} does not belong to certificate {}", key, certificate));
  }
  return {};
}

Expected<void> set_certificate(SSL_CTX& context, const TlsOptions& options) {
  if (options.certificate_file.empty() && options.key_file.empty()) {
    return {};
  }
  if (options.certificate_file.empty()) {
    return fail(ErrorCode::usage, fmt::format("key {} without a certificate", options.key_file));
  }
  Password password{options.key_password};
  SSL_CTX_set_default_passwd_cb(&context, on_password);
  SSL_CTX_set_default_passwd_cb_userdata(&context, &password);
  auto loaded = load_certificate(context, options, password);
  SSL_CTX_set_default_passwd_cb_userdata(&context, nullptr);
  return loaded;
}

constexpr std::array<unsigned char, 9> kProtocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// Whoever offers other protocols only is served all the same: HTTP/1.1 is what is left then.
// NOLINTNEXTLINE(readability-function-size): OpenSSL says what the parameters are.
int on_alpn(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* size,
            const unsigned char* offered, unsigned offered_size, void* /*unused*/) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kProtocols.data(), kProtocols.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

bool use_identity(SSL_CTX& context, const TlsIdentity& identity) {
  return SSL_CTX_use_certificate(&context, identity.certificate) == 1 &&
         SSL_CTX_use_PrivateKey(&context, identity.key) == 1 &&
         std::ranges::all_of(identity.chain, [&](X509* link) {
           return SSL_CTX_add1_chain_cert(&context, link) == 1;
         });
}

bool ask_clients(SSL_CTX& context, const std::vector<X509*>& authorities) {
  if (!authorities.empty()) {
    SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, nullptr);
  }
  return std::ranges::all_of(authorities, [&](X509* authority) {
    return X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), authority) == 1 &&
           SSL_CTX_add_client_CA(&context, authority) == 1;
  });
}

void set_modes(SSL_CTX& context) {
  SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(&context, SSL_MODE_RELEASE_BUFFERS);
}

void set_behaviour(SSL_CTX& context, const TlsOptions& options) {
  set_modes(context);
  SSL_CTX_set_alpn_protos(&context, kProtocols.data(), kProtocols.size());
  if (options.resume_sessions) {
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(&context, TlsEngine::on_new_session);
  } else {
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(&context, SSL_OP_NO_TICKET);
  }
}

std::string without_final_dot(std::string name) {
  if (name.ends_with('.')) {
    name.pop_back();
  }
  return name;
}

}  // namespace

void TlsContextFree::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

void TlsSessionFree::operator()(ssl_session_st* session) const {
  SSL_SESSION_free(session);
}

// The dialer and its streams share it.
Expected<std::shared_ptr<TlsContext>> TlsContext::create(const TlsOptions& options) {
  auto context = std::make_shared<TlsContext>(options);
  if (auto done = context->set_up(); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return context;
}

Expected<void> TlsContext::set_up() {
  ERR_clear_error();
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) {
    return refuse(ErrorCode::tls_failed, "start OpenSSL");
  }
  set_behaviour(*context_, options_);
  for (const auto step : {set_versions, set_ciphers, set_trust, set_certificate}) {
    if (auto done = step(*context_, options_); !done) {
      return done;
    }
  }
  if (options_.key_log_file.empty()) {
    return {};
  }
  SSL_CTX_set_keylog_callback(context_.get(), TlsEngine::on_key);
  return key_log_.open(options_.key_log_file);
}

// The acceptor and its streams share it.
Expected<std::shared_ptr<TlsContext>> TlsContext::create_serving(const TlsIdentity& identity) {
  auto context = std::make_shared<TlsContext>(TlsOptions());
  if (auto done = context->set_up_serving(identity); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return context;
}

Expected<void> TlsContext::set_up_serving(const TlsIdentity& identity) {
  ERR_clear_error();
  context_.reset(SSL_CTX_new(TLS_server_method()));
  if (!context_ || !use_identity(*context_, identity) ||
      !ask_clients(*context_, identity.client_authorities)) {
    return refuse(ErrorCode::tls_failed, "serve TLS with this certificate");
  }
  SSL_CTX* const context = context_.get();
  set_modes(*context);
  // A ticket would cost each connection a buffer and a record, and a local server has little to
  // win.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context, on_alpn, nullptr);
  return {};
}

TlsServer& TlsContext::server(const std::string& host, std::uint16_t port) {
  const std::string& name = options_.server_name.empty() ? host : options_.server_name;
  const auto [entry, is_new] = servers_.try_emplace({name, port});
  TlsServer& server = entry->second;
  if (is_new) {
    server.name = without_final_dot(name);
    server.is_address = SocketAddress::ip(name, 0).has_value();
  }
  return server;
}

}  // namespace wskit::net
