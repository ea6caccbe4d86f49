// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "net/accept_pause.h"
#include "net/descriptor.h"
#include "net/epoll_loop.h"

namespace wskit::net {

/// A listening socket on an EpollLoop.
class EpollListener final : public Listener, private EpollTarget, private AcceptPause::Handler {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<Listener>> create(EpollLoop& loop,
                                                                  const SocketAddress& address,
                                                                  ListenHandler& handler);
  EpollListener(EpollLoop& loop, Descriptor socket, ListenHandler& handler);
  ~EpollListener() override;

  [[nodiscard]] const SocketAddress& address() const override { return address_; }

 private:
  void on_events(std::uint32_t events) override;
  void on_pause_over() override;
  /// False when there is nothing more to accept for now, or the listener is gone.
  [[nodiscard]] bool accept_one();
  void accept_failed(int error);

  EpollLoop& loop_;
  ListenHandler& handler_;
  EpollLoop::Key key_;
  Descriptor socket_;
  SocketAddress address_;
  AcceptPause pause_;
};

}  // namespace wskit::net
