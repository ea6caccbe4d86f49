// SPDX-License-Identifier: MIT
#include "ws/client.h"

#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"

namespace wskit::ws {
namespace {

net::Endpoint endpoint_of(const wire::Uri& uri, const ClientOptions& options) {
  return {.host = uri.host,
          .port = uri.port,
          .unix_path = options.unix_socket.empty() ? uri.unix_path : options.unix_socket,
          .secure = uri.tls};
}

}  // namespace

/// Dials, sends the request, reads the answer; gone as soon as the connection is open.
class ClientOpening final : public Opening,
                            net::DialHandler,
                            net::StreamHandler,
                            net::TimerHandler {
 public:
  ClientOpening(Client& client, Connection& connection)
      : client_(client),
        connection_(connection),
        key_(wire::fresh_key()),
        handshake_(client.request_, key_),
        deadline_(client.context_.loop.timers(), *this),
        dial_(client.dialer_.dial(client.endpoint_, *this)) {}

 private:
  using Progress = wire::ClientHandshake::Progress;

  void on_dialed(net::Dialed dialed) override {
    dialed_ = std::move(dialed);
    dial_.reset();
    dialed_.stream->set_handler(*this);
    const std::string request = client_.request_.bytes(key_);
    dialed_.stream->write(std::as_bytes(std::span(request)));
    deadline_.arm(dialed_.times.started + client_.open_timeout_);
  }

  void on_certificates(net::ServerCertificates certificates) override {
    certificates_ = std::make_unique<net::ServerCertificates>(std::move(certificates));
  }

  void on_dial_failed(const Error& error) override {
    // This object ends in fail_opening().
    const auto certificates = std::move(certificates_);
    connection_.fail_opening({.error = error, .certificates = certificates.get()});
  }

  void on_data(std::span<std::byte> bytes, Instant received) override {
    if (!first_byte_) {
      first_byte_ = received;
    }
    const std::size_t used = handshake_.feed(as_text(bytes));
    conclude(bytes.subspan(used), received);
  }

  void on_eof() override {
    handshake_.end();
    conclude({}, Instant{});
  }

  void on_error(const Error& error) override {
    if (handshake_.error()) {
      return fail(*handshake_.error());
    }
    fail({.code = ErrorCode::upgrade_closed,
          .message = fmt::format("the connection broke during the upgrade: {}", error.message)});
  }

  void on_timer(Instant /*now*/) override {
    if (handshake_.error()) {
      return fail(*handshake_.error());
    }
    fail({.code = ErrorCode::upgrade_timeout,
          .message = fmt::format("no complete answer to the upgrade within {}",
                                 format_duration(client_.open_timeout_))});
  }

  void conclude(std::span<std::byte> rest, Instant received) {
    if (handshake_.progress() == Progress::refused) {
      return fail(*handshake_.error());
    }
    if (handshake_.progress() == Progress::accepted) {
      open(rest, received);
    }
  }

  void open(std::span<std::byte> rest, Instant received) {
    const wire::UpgradeResponse& response = handshake_.response();
    const Opened opened{
        .response = response.head,
        .subprotocol = response.subprotocol,
        .deflate = response.deflate,
        .times = dialed_.times,
        .upgraded = received,
        .tls = std::move(dialed_.tls),
        .certificates = certificates_ ? std::move(*certificates_) : net::ServerCertificates(),
        .peer = dialed_.peer,
        .first_byte = first_byte_.value_or(received)};
    // This object ends in begin(): nothing of it may be touched afterwards.
    connection_.begin(std::move(dialed_.stream), opened, rest);
  }

  void fail(const Error& error) {
    const wire::UpgradeResponse response = handshake_.response();
    const auto certificates = std::move(certificates_);
    connection_.fail_opening({.error = error,
                              .response = response.head.status != 0 ? &response.head : nullptr,
                              .body = response.body,
                              .certificates = certificates.get()});
  }

  Client& client_;
  Connection& connection_;
  std::string key_;
  wire::ClientHandshake handshake_;
  net::Timer deadline_;
  net::Dialed dialed_;
  std::unique_ptr<net::ServerCertificates> certificates_;
  std::optional<Instant> first_byte_;
  std::unique_ptr<net::Dial> dial_;
};

Client::Client(net::Dialer& dialer, wire::UpgradeRequest request, const ClientOptions& options)
    : dialer_(dialer),
      request_(std::move(request)),
      endpoint_(endpoint_of(request_.options().uri, options)),
      open_timeout_(options.open_timeout),
      context_(dialer.loop(), options.connection) {}

std::unique_ptr<Connection> Client::connect(FrameHandler& handler) {
  auto connection = std::make_unique<Connection>(context_, wire::Role::client, handler);
  connection->set_opening(std::make_unique<ClientOpening>(*this, *connection));
  return connection;
}

}  // namespace wskit::ws
