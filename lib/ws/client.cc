// SPDX-License-Identifier: MIT
#include "ws/client.h"

#include <utility>

#include "ws/client_opening.h"

namespace wskit::ws {

Client::Client(net::Dialer& dialer, wire::UpgradeRequest request, const ClientOptions& options)
    : dialer_(dialer),
      request_(std::move(request)),
      options_(options),
      context_(dialer.loop(), options.connection) {}

std::unique_ptr<Connection> Client::connect(FrameHandler& handler,
                                            const wire::UpgradeRequest& request) {
  auto connection = std::make_unique<Connection>(context_, wire::Role::client, handler);
  connection->set_opening(std::make_unique<ClientOpening>(*this, *connection, request));
  return connection;
}

}  // namespace wskit::ws
