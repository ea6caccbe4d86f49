// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "net/buffer_pool.h"
#include "net/key_log.h"
#include "net/tls_options.h"

struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct x509_st;

namespace wskit::net {

struct TlsContextFree {
  void operator()(ssl_ctx_st* context) const;
};
struct TlsSessionFree {
  void operator()(ssl_session_st* session) const;
};

/// A server as its TLS clients know it.
struct TlsServer {
  /// What is asked for (SNI) and checked; a name without a final dot, or a numeric address.
  std::string name;
  bool is_address = false;
  /// The newest session that it gave us, kept only when sessions are to be resumed.
  std::unique_ptr<ssl_session_st, TlsSessionFree> session;
};

/// A server's own certificate with its key and chain: OpenSSL's objects, borrowed for a call.
struct TlsIdentity {
  x509_st* certificate = nullptr;
  evp_pkey_st* key = nullptr;
  std::vector<x509_st*> chain{};
  /// With them clients are asked for a certificate that one of these signed; one that is not good
  /// ends the handshake, and whoever has none may go on.
  std::vector<x509_st*> client_authorities{};
};

/// What the TLS connections of one loop share: the options as an SSL_CTX, the sessions, and
/// the buffers that a connection borrows while it is at work.
class TlsContext {
 public:
  static constexpr std::size_t kReadBytes = std::size_t{32} << 10;

  /// Fails with usage, unreadable_file or unwritable_file when the options cannot be used. The
  /// result is shared by the dialer and by every stream that it made.
  [[nodiscard]] static Expected<std::shared_ptr<TlsContext>> create(const TlsOptions& options);

  /// For streams that are servers, TLS 1.2 at least and HTTP/1.1 (ALPN). Fails with tls_failed.
  [[nodiscard]] static Expected<std::shared_ptr<TlsContext>> create_serving(
      const TlsIdentity& identity);

  explicit TlsContext(TlsOptions options) : options_(std::move(options)) {}
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// The server that `host` and `port` name, or the options in their place; lives as long as this.
  [[nodiscard]] TlsServer& server(const std::string& host, std::uint16_t port);

  [[nodiscard]] ssl_ctx_st* native() const { return context_.get(); }
  [[nodiscard]] const TlsOptions& options() const { return options_; }
  [[nodiscard]] KeyLog& key_log() { return key_log_; }
  [[nodiscard]] BufferPool& pool() { return pool_; }
  /// Where plaintext is put until its callback returns.
  [[nodiscard]] std::array<std::byte, kReadBytes>& read_buffer() { return read_buffer_; }

 private:
  [[nodiscard]] Expected<void> set_up();
  [[nodiscard]] Expected<void> set_up_serving(const TlsIdentity& identity);

  TlsOptions options_;
  std::unique_ptr<ssl_ctx_st, TlsContextFree> context_;
  std::map<std::pair<std::string, std::uint16_t>, TlsServer> servers_;
  KeyLog key_log_;
  BufferPool pool_;
  std::array<std::byte, kReadBytes> read_buffer_{};
};

}  // namespace wskit::net
