// SPDX-License-Identifier: MIT
#include "ws/client_opening.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"

namespace wskit::ws {

using Progress = wire::ClientHandshake::Progress;

ClientOpening::ClientOpening(Client& client, Connection& connection,
                             const wire::UpgradeRequest& request)
    : client_(client),
      connection_(connection),
      first_(request),
      began_(client.context_.loop.now()),
      key_(wire::fresh_key()),
      handshake_(request, key_),
      deadline_(client.context_.loop.timers(), *this),
      dial_(dial()) {}

const wire::UpgradeRequest& ClientOpening::request() const {
  return redirected_ ? *redirected_ : first_;
}

std::unique_ptr<net::Dial> ClientOpening::dial() {
  const wire::Uri& uri = request().options().uri;
  const std::string& unix_socket = client_.options_.unix_socket;
  return client_.dialer_.dial({.host = uri.host,
                               .port = uri.port,
                               .unix_path = unix_socket.empty() ? uri.unix_path : unix_socket,
                               .secure = uri.tls},
                              *this);
}

void ClientOpening::on_dialed(net::Dialed dialed) {
  dialed_ = std::move(dialed);
  dial_.reset();
  dialed_.stream->set_handler(*this);
  dialed_.stream->write(as_bytes(request().bytes(key_)));
  deadline_.arm(began_ + client_.options_.open_timeout);
}

void ClientOpening::on_certificates(net::ServerCertificates certificates) {
  certificates_ = std::make_unique<net::ServerCertificates>(std::move(certificates));
}

void ClientOpening::on_dial_failed(const Error& error) {
  tell(client_.context_.loop.now(), &error);
  // This object ends in fail_opening().
  const auto certificates = std::move(certificates_);
  connection_.fail_opening({.error = error, .certificates = certificates.get()});
}

void ClientOpening::on_data(std::span<std::byte> bytes, Instant received) {
  if (!first_byte_) {
    first_byte_ = received;
  }
  const std::size_t used = handshake_.feed(as_text(bytes));
  conclude(bytes.subspan(used), received);
}

void ClientOpening::on_eof() {
  handshake_.end();
  conclude({}, client_.context_.loop.now());
}

void ClientOpening::on_error(const Error& error) {
  if (handshake_.error()) {
    return fail(*handshake_.error());
  }
  fail({.code = ErrorCode::upgrade_closed,
        .message = fmt::format("the connection broke during the upgrade: {}", error.message)});
}

void ClientOpening::on_timer(Instant /*now*/) {
  if (handshake_.error()) {
    return fail(*handshake_.error());
  }
  fail({.code = ErrorCode::upgrade_timeout,
        .message = fmt::format("no complete answer to the upgrade within {}",
                               format_duration(client_.options_.open_timeout))});
}

void ClientOpening::conclude(std::span<std::byte> rest, Instant received) {
  if (is_to_follow()) {
    return follow(received);
  }
  if (handshake_.progress() == Progress::refused) {
    return fail(*handshake_.error());
  }
  if (handshake_.progress() == Progress::accepted) {
    open(rest, received);
  }
}

// Known with the head of the answer: its body is of no interest.
bool ClientOpening::is_to_follow() const {
  return client_.options_.redirects.max > 0 && handshake_.error() &&
         handshake_.error()->code == ErrorCode::upgrade_http_status &&
         http::is_redirect(handshake_.response().head);
}

void ClientOpening::follow(Instant received) {
  if (!redirects_) {
    redirects_ = std::make_unique<http::Redirects>(client_.options_.redirects);
  }
  auto next = redirects_->follow(request(), handshake_.response().head);
  if (!next) {
    return fail(next.error());
  }
  tell(received);
  redirected_ = std::make_unique<wire::UpgradeRequest>(std::move(*next));
  key_ = wire::fresh_key();
  handshake_ = wire::ClientHandshake(*redirected_, key_);
  dialed_ = {};
  certificates_.reset();
  first_byte_.reset();
  dial_ = dial();
}

void ClientOpening::tell(Instant ended, const Error* error) {
  if (client_.options_.watcher == nullptr) {
    return;
  }
  client_.options_.watcher->on_hop({.request = request(),
                                    .bytes = dialed_.stream ? request().bytes(key_) : std::string(),
                                    .response = handshake_.response(),
                                    .times = dialed_.times,
                                    .ended = ended,
                                    .peer = dialed_.peer,
                                    .proxy = dialed_.proxy,
                                    .tls = dialed_.tls,
                                    .certificates = certificates_.get(),
                                    .error = error});
}

void ClientOpening::open(std::span<std::byte> rest, Instant received) {
  tell(received);
  const wire::UpgradeResponse& response = handshake_.response();
  const Opened opened{
      .response = response.head,
      .subprotocol = response.subprotocol,
      .deflate = response.deflate,
      .times = dialed_.times,
      .began = began_,
      .upgraded = received,
      .tls = std::move(dialed_.tls),
      .certificates = certificates_ ? std::move(*certificates_) : net::ServerCertificates(),
      .peer = dialed_.peer,
      .proxy = std::move(dialed_.proxy),
      .redirected_to = redirected_ ? redirected_->options().uri.display() : std::string(),
      .first_byte = first_byte_.value_or(received)};
  // This object ends in begin(): nothing of it may be touched afterwards.
  connection_.begin(std::move(dialed_.stream), opened, rest);
}

void ClientOpening::fail(const Error& error) {
  tell(client_.context_.loop.now(), &error);
  const wire::UpgradeResponse response = handshake_.response();
  const auto certificates = std::move(certificates_);
  connection_.fail_opening({.error = error,
                            .response = response.head.status != 0 ? &response.head : nullptr,
                            .body = response.body,
                            .certificates = certificates.get()});
}

}  // namespace wskit::ws
