// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;
struct x509_store_ctx_st;

namespace wskit::test {

/// What a TLS server of the tests does; the rest is OpenSSL's default.
struct TlsServerOptions {
  /// A certificate of make-certificates.
  std::string certificate = "server";
  /// A client certificate is required, and has to be signed by this one; empty for none.
  std::string client_ca{};
  /// 11 to 13.
  int min_version = 12;
  int max_version = 13;
  std::string ciphers{};
};

/// The SSL_CTX of a server, with its session tickets.
class TlsServerContext {
 public:
  explicit TlsServerContext(const TlsServerOptions& options = {});
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;
  ~TlsServerContext();

  [[nodiscard]] ssl_ctx_st* native() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

/// The server's end of one TLS connection, on memory BIOs: records in, records out. Written against
/// OpenSSL alone, so that it does not share the mistakes of lib/net.
class TlsPeer {
 public:
  explicit TlsPeer(const TlsServerContext& context);
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;
  ~TlsPeer();

  /// Records from the client.
  void receive(std::string_view records);
  /// Records for the client.
  [[nodiscard]] std::string take();

  void write(std::string_view plaintext);
  void send_close_notify();
  void send_key_update();

  [[nodiscard]] bool established() const { return established_; }
  /// Plaintext from the client.
  std::string received;
  /// The client sent close_notify.
  bool closed = false;
  /// Why it failed, in OpenSSL's words; empty while all is well.
  std::string error;
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] std::string protocol() const;
  [[nodiscard]] bool resumed() const;

 private:
  void fail();

  ssl_st* ssl_;
  bool established_ = false;
};

/// The path of a file of make-certificates.
[[nodiscard]] std::string certificate_path(const std::string& file);

}  // namespace wskit::test
