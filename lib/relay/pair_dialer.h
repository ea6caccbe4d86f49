// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "net/dialer.h"
#include "net/epoll_loop.h"
#include "relay/front.h"
#include "relay/joined_client.h"

namespace wskit::relay {

/// Connects to the server of the same process, wherever it is asked to: by a socket pair, of which
/// the owner gets the other end.
class PairDialer final : public net::Dialer {
 public:
  /// Both outlive it.
  PairDialer(net::EpollLoop& loop, FrontOwner& owner) : loop_(loop), owner_(owner) {}

  /// Whom the next dial() is for.
  void announce(JoinedClient client);
  [[nodiscard]] net::Loop& loop() override { return loop_; }
  [[nodiscard]] std::unique_ptr<net::Dial> dial(const net::Endpoint& endpoint,
                                                net::DialHandler& handler) override;

 private:
  net::EpollLoop& loop_;
  FrontOwner& owner_;
  JoinedClient client_;
};

}  // namespace wskit::relay
