// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "net/tls_stream.h"

namespace wskit::net {

struct DialSetup;
struct Endpoint;

/// The TLS handshake as a step of a dial, over TCP or over a proxy's tunnel.
class TlsStep final : private StreamHandler {
 public:
  class Owner {
   public:
    /// With TlsOptions::describe_certificates, before one of the other two; the step stays.
    virtual void on_server_certificates(ServerCertificates certificates) = 0;
    virtual void on_secured(std::unique_ptr<TlsStream> stream, Instant at) = 0;
    /// With a tls_ code; the message does not name the server.
    virtual void on_not_secured(const Error& error) = 0;

   protected:
    ~Owner() = default;
  };

  explicit TlsStep(Owner& owner) : owner_(owner) {}

  /// `setup` has its TLS context. The outcome never comes inside this call.
  void begin(DialSetup& setup, const Endpoint& endpoint, std::unique_ptr<Stream> stream);
  /// No outcome comes.
  void cancel() { stream_.reset(); }

 private:
  void on_connect(Instant at) override;
  void on_data(std::span<std::byte> bytes, Instant received) override;
  void on_eof() override;
  void on_error(const Error& error) override;

  void tell_certificates();

  Owner& owner_;
  bool describes_ = false;
  std::unique_ptr<TlsStream> stream_;
};

}  // namespace wskit::net
