// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "net/dialer.h"
#include "net/resolver.h"
#include "tests/support/sim_loop.h"
#include "wire/handshake.h"
#include "ws/client.h"

namespace wskit::test {

/// A client on a simulated loop and all that it stands on.
class SimClient {
 public:
  SimClient(SimLoop& loop, const std::string& url)
      : resolver_(net::Resolver::create()),
        dialer_(net::Dialer::create(loop, *resolver_, {}).value()),
        client_(*dialer_, wire::UpgradeRequest::make({.uri = wire::parse_uri(url).value()}).value(),
                {.connection = {.close_timeout = std::chrono::seconds(1)}}) {}

  [[nodiscard]] ws::Client& client() { return client_; }

 private:
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<net::Dialer> dialer_;
  ws::Client client_;
};

}  // namespace wskit::test
