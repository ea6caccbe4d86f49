// SPDX-License-Identifier: MIT
#include "net/tls_step.h"

#include <utility>

#include "core/check.h"
#include "net/dial_attempt.h"

namespace wskit::net {

void TlsStep::begin(DialSetup& setup, const Endpoint& endpoint, std::unique_ptr<Stream> stream) {
  TlsServer& server = setup.tls->server(endpoint.host, endpoint.port);
  describes_ = setup.options.tls.describe_certificates;
  stream_ = std::make_unique<TlsStream>(setup.loop, setup.tls, &server, std::move(stream));
  stream_->set_handler(*this);
}

void TlsStep::on_connect(Instant at) {
  tell_certificates();
  owner_.on_secured(std::move(stream_), at);
}

void TlsStep::on_error(const Error& error) {
  if (error.code == ErrorCode::tls_certificate) {
    tell_certificates();
  }
  owner_.on_not_secured(error);
}

void TlsStep::tell_certificates() {
  if (describes_) {
    owner_.on_server_certificates(stream_->certificates());
  }
}

void TlsStep::on_data(std::span<std::byte> /*bytes*/, Instant /*received*/) {
  check(false, "plaintext before the end of the handshake");
}

void TlsStep::on_eof() {
  check(false, "close_notify before the handshake's end");
}

}  // namespace wskit::net
