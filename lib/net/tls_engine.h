// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "core/error.h"
#include "net/certificate.h"
#include "net/stream.h"
#include "net/tls_context.h"
#include "net/tls_options.h"
#include "net/tls_transport.h"

struct ssl_st;
struct x509_st;
struct x509_store_ctx_st;

namespace wskit::net {

/// The TLS protocol of one connection, without its events: records in, plaintext out, and
/// the reverse. Whatever it has to say to the peer it writes into the stream below.
class TlsEngine {
 public:
  enum class Step : std::uint8_t {
    /// What was asked for is done.
    done,
    /// All received bytes are used up and it is not done.
    starved,
    /// The peer sent close_notify.
    closed,
    /// error() says why.
    failed,
  };

  /// `context`, `server` and `output` outlive it. Without a `server` it is one: the context serves.
  TlsEngine(TlsContext& context, TlsServer* server, Stream& output);
  TlsEngine(const TlsEngine&) = delete;
  TlsEngine& operator=(const TlsEngine&) = delete;
  ~TlsEngine();

  /// The bytes that the next steps read, until receive() is called again.
  void receive(std::span<const std::byte> bytes) { transport_.received = bytes; }
  [[nodiscard]] std::span<const std::byte> unread() const { return transport_.received; }

  [[nodiscard]] Step handshake();
  /// Fills `room` as far as it can and says with `used` how far; more may follow after done.
  [[nodiscard]] Step read(std::span<std::byte> room, std::size_t& used);
  /// Takes all of `plaintext`: done or failed.
  [[nodiscard]] Step write(std::span<const std::byte> plaintext);
  void send_close_notify();

  /// "server" or "client": who is at the other end.
  [[nodiscard]] std::string_view peer() const { return server_ == nullptr ? "client" : "server"; }
  /// Of the step that failed.
  [[nodiscard]] const Error& error() const { return *error_; }
  /// After the handshake.
  [[nodiscard]] TlsAgreement agreement() const;
  /// After the handshake, also when the certificate made it fail; only with describe_certificates.
  [[nodiscard]] ServerCertificates certificates() const;
  /// After the handshake: the certificate that the peer has shown and that was found good, as long
  /// as this lives; null for none.
  [[nodiscard]] const x509_st* trusted_certificate() const;
  /// Bytes ever committed to the stream below.
  [[nodiscard]] std::size_t written() const { return transport_.written; }

  // OpenSSL's callbacks.
  static int on_verify(int ok, x509_store_ctx_st* store);
  static void on_key(const ssl_st* ssl, const char* line);
  static int on_new_session(ssl_st* ssl, ssl_session_st* session);

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };

  [[nodiscard]] bool set_up();
  int distrust(x509_store_ctx_st& store);
  [[nodiscard]] bool name_server();
  [[nodiscard]] Step decrypt(std::span<std::byte> room, std::size_t& used);
  [[nodiscard]] bool begins_like_tls();
  [[nodiscard]] Error take_error() const;
  [[nodiscard]] Step outcome(int result);

  TlsContext& context_;
  TlsServer* server_;
  TlsTransport transport_;
  std::unique_ptr<ssl_st, Free> ssl_;
  /// Whether the first two bytes of the peer were looked at.
  std::uint8_t bytes_looked_at_ = 0;
  std::unique_ptr<Error> error_;
  /// What on_verify() found, with describe_certificates.
  std::unique_ptr<ServerCertificates> distrusted_;
};

}  // namespace wskit::net
