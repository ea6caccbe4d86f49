// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "http/redirect.h"
#include "net/dialer.h"
#include "net/timer.h"
#include "wire/handshake.h"
#include "ws/client.h"
#include "ws/connection.h"

namespace wskit::ws {

/// Dials, sends the request, reads the answer, and does it again where that points elsewhere; gone
/// as soon as the connection is open.
class ClientOpening final : public Opening,
                            net::DialHandler,
                            net::StreamHandler,
                            net::TimerHandler {
 public:
  ClientOpening(Client& client, Connection& connection, const wire::UpgradeRequest& request);

 private:
  void on_dialed(net::Dialed dialed) override;
  void on_certificates(net::ServerCertificates certificates) override;
  void on_dial_failed(const Error& error) override;
  void on_data(std::span<std::byte> bytes, Instant received) override;
  void on_eof() override;
  void on_error(const Error& error) override;
  void on_timer(Instant now) override;

  [[nodiscard]] const wire::UpgradeRequest& request() const;
  [[nodiscard]] std::unique_ptr<net::Dial> dial();
  void conclude(std::span<std::byte> rest, Instant received);
  [[nodiscard]] bool is_to_follow() const;
  void follow(Instant received);
  void tell(Instant ended, const Error* error = nullptr);
  void open(std::span<std::byte> rest, Instant received);
  void fail(const Error& error);

  Client& client_;
  Connection& connection_;
  const wire::UpgradeRequest& first_;
  Instant began_;
  /// What is asked for now, once redirected.
  std::unique_ptr<wire::UpgradeRequest> redirected_;
  std::unique_ptr<http::Redirects> redirects_;
  std::string key_;
  wire::ClientHandshake handshake_;
  net::Timer deadline_;
  net::Dialed dialed_;
  std::unique_ptr<net::ServerCertificates> certificates_;
  std::optional<Instant> first_byte_;
  std::unique_ptr<net::Dial> dial_;
};

}  // namespace wskit::ws
