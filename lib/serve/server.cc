// SPDX-License-Identifier: MIT
#include "serve/server.h"

#include <utility>

#include "serve/acceptor.h"
#include "serve/listening_socket.h"
#include "serve/service_thread.h"

namespace wskit::serve {

Server::Server() = default;

Server::~Server() {
  stop();
  wait();
}

Expected<std::unique_ptr<Server>> Server::start(ServerOptions options, ServiceFactory factory,
                                                LogSink log) {
  std::unique_ptr<Server> server(new Server());
  auto opened = server->open(std::move(options), std::move(factory), std::move(log));
  if (!opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return server;
}

Expected<void> Server::open(ServerOptions options, ServiceFactory factory, LogSink log) {
  if (auto checked = check_options(options); !checked) {
    return checked;
  }
  auto socket = ListeningSocket::open(options.listen);
  if (!socket) {
    return std::unexpected(std::move(socket.error()));
  }
  url_ = url_of(socket->address(), options.certificate.has_value());
  port_ = socket->address().port;
  state_ = std::make_unique<ServerState>(ConnectionPlaces::Limits{
      .connections = options.max_connections, .per_address = options.max_connections_per_address});
  state_->options = std::move(options);
  state_->service = std::move(factory);
  state_->log = std::move(log);
  state_->start = state_->clock.now();
  for (unsigned i = 0; i < state_->options.threads; ++i) {
    auto service = ServiceThread::create(*state_);
    if (!service) {
      return std::unexpected(std::move(service.error()));
    }
    services_.push_back(std::move(*service));
  }
  // Dealt out in turn, so that every thread has the same share; the kernel's SO_REUSEPORT spreads
  // a few connections unevenly.
  auto deal = [this, next = std::size_t{0}](UniqueFd connection) mutable {
    services_[next]->adopt(std::move(connection));
    next = (next + 1) % services_.size();
  };
  acceptor_ = std::make_unique<Acceptor>(services_.front()->loop(), std::move(*socket), state_->log,
                                         std::move(deal));
  acceptor_->on_pause(
      [&counts = services_.front()->counts()] { counts.on_limited(Limit::descriptors); });
  services_.front()->on_drain([this] { acceptor_->close(); });
  for (const auto& service : services_) {
    threads_.emplace_back([&service = *service] { service.run(); });
  }
  return {};
}

void Server::drain() {
  for (const auto& service : services_) {
    service->drain();
  }
}

void Server::stop() {
  for (const auto& service : services_) {
    service->stop();
  }
}

ServerStats Server::stats() const {
  ServerStats sum;
  for (const auto& service : services_) {
    sum += service->stats();
  }
  return sum;
}

void Server::wait() {
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

}  // namespace wskit::serve
