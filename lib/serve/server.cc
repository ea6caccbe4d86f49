// SPDX-License-Identifier: MIT
#include "serve/server.h"

#include <utility>

#include "serve/acceptor.h"
#include "serve/fault_door.h"
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
  auto faults = ServerFaults::create(state_->options, state_->log, state_->clock);
  if (!faults) {
    return std::unexpected(std::move(faults.error()));
  }
  state_->faults = *std::move(faults);
  if (state_->faults) {
    state_->faults->deal_with(
        [this](UniqueFd connection, std::unique_ptr<relay::JoinedClient> client) {
          deal(std::move(connection), std::move(client));
        });
  }
  for (unsigned i = 0; i < state_->options.threads; ++i) {
    auto service = ServiceThread::create(*state_);
    if (!service) {
      return std::unexpected(std::move(service.error()));
    }
    services_.push_back(std::move(*service));
  }
  accept_from(std::move(*socket));
  for (const auto& service : services_) {
    threads_.emplace_back([&service = *service] { service.run(); });
  }
  return {};
}

void Server::accept_from(ListeningSocket socket) {
  const auto loop = services_.front()->loop();
  if (state_->faults) {
    door_ = std::make_unique<FaultDoor>(loop, [this](FaultDoor::Visitor visitor) {
      let_in(std::move(visitor.connection), visitor.number, visitor.asks);
    });
  }
  acceptor_ =
      std::make_unique<Acceptor>(loop, std::move(socket), state_->log,
                                 [this](UniqueFd connection) { route(std::move(connection)); });
  acceptor_->on_pause(
      [&counts = services_.front()->counts()] { counts.on_limited(Limit::descriptors); });
  services_.front()->on_drain([this] {
    acceptor_->close();
    if (door_) {
      door_->close();
    }
  });
}

void Server::let_in(UniqueFd connection, std::uint64_t number, bool asks) {
  if (asks) {
    state_->faults->take(std::move(connection), number);
  } else {
    deal(std::move(connection), nullptr);
  }
}

void Server::route(UniqueFd connection) {
  ++accepted_;
  ServerFaults* const faults = state_->faults.get();
  if (faults == nullptr) {
    deal(std::move(connection), nullptr);
  } else if (faults->needs_front()) {
    faults->take(std::move(connection), accepted_);
  } else {
    door_->take(std::move(connection), accepted_);
  }
}

// Dealt out in turn, so that every thread has the same share; the kernel's SO_REUSEPORT spreads a
// few connections unevenly.
void Server::deal(UniqueFd connection, std::unique_ptr<relay::JoinedClient> client) {
  const std::size_t turn = next_.fetch_add(1, std::memory_order_relaxed);
  services_[turn % services_.size()]->adopt(std::move(connection), std::move(client));
}

void Server::drain() {
  for (const auto& service : services_) {
    service->drain();
  }
}

void Server::stop() {
  stopped_ = true;
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
  if (state_ && state_->faults) {
    state_->faults->finish(stopped_ ? Nanoseconds(0) : state_->options.close_timeout);
  }
}

std::vector<relay::FaultCount> Server::faults() const {
  return state_->faults ? state_->faults->plan().counts() : std::vector<relay::FaultCount>();
}

}  // namespace wskit::serve
