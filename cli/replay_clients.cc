// SPDX-License-Identifier: MIT
#include "cli/replay_clients.h"

#include <utility>

#include "wire/handshake.h"

namespace wskit::cli {

Expected<ws::Client*> ReplayClients::find(const std::string& subprotocol) {
  wire::UpgradeOptions request = plan_.request.options();
  if (subprotocol.empty() || !request.subprotocols.empty()) {
    return &stack_.client();
  }
  auto& client = clients_[subprotocol];
  if (client == nullptr) {
    request.subprotocols = {subprotocol};
    auto made = wire::UpgradeRequest::make(std::move(request));
    if (!made) {
      return std::unexpected(std::move(made.error()));
    }
    client = std::make_unique<ws::Client>(stack_.dialer(), *std::move(made), plan_.client);
  }
  return client.get();
}

}  // namespace wskit::cli
