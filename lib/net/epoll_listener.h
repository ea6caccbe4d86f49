// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "net/accept_pause.h"
#include "net/descriptor.h"
#include "net/epoll_set.h"
#include "net/loop.h"

namespace wskit::net {

/// Makes a stream of the loop's kind of a connected socket.
class StreamAdopter {
 public:
  [[nodiscard]] virtual std::unique_ptr<Stream> adopt(Descriptor socket,
                                                      const SocketAddress& peer) = 0;

 protected:
  ~StreamAdopter() = default;
};

/// A listening socket in an EpollSet, of either loop.
class EpollListener final : public Listener, private EpollTarget, private AcceptPause::Handler {
 public:
  struct Place {
    Loop& loop;
    EpollSet& set;
    StreamAdopter& adopter;
  };

  [[nodiscard]] static Expected<std::unique_ptr<Listener>> create(const Place& place,
                                                                  const SocketAddress& address,
                                                                  ListenHandler& handler);
  EpollListener(const Place& place, Descriptor socket, ListenHandler& handler);
  ~EpollListener() override;

  [[nodiscard]] const SocketAddress& address() const override { return address_; }

 private:
  void on_events(std::uint32_t events) override;
  void on_pause_over() override;
  /// False when there is nothing more to accept for now, or the listener is gone.
  [[nodiscard]] bool accept_one();
  void accept_failed(int error);

  Loop& loop_;
  EpollSet& set_;
  StreamAdopter& adopter_;
  ListenHandler& handler_;
  EpollSet::Key key_;
  Descriptor socket_;
  SocketAddress address_;
  AcceptPause pause_;
};

}  // namespace wskit::net
