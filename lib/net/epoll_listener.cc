// SPDX-License-Identifier: MIT
#include "net/epoll_listener.h"

#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/check.h"
#include "net/epoll_stream.h"
#include "net/socket.h"

namespace wskit::net {
namespace {

// The established connections get their turn after so many new ones.
constexpr int kAcceptsPerTurn = 64;

}  // namespace

Expected<std::unique_ptr<Listener>> EpollListener::create(EpollLoop& loop,
                                                          const SocketAddress& address,
                                                          ListenHandler& handler) {
  auto socket = open_listener(address);
  if (!socket) {
    return std::unexpected(std::move(socket.error()));
  }
  auto listener = std::make_unique<EpollListener>(loop, *std::move(socket), handler);
  const int error = loop.control(EPOLL_CTL_ADD, listener->socket_.get(), EPOLLIN, listener->key_);
  if (error != 0) {
    return std::unexpected(
        local_error(fmt::format("listen on {}", address.to_string()), {"epoll_ctl", error}));
  }
  return listener;
}

EpollListener::EpollListener(EpollLoop& loop, Descriptor socket, ListenHandler& handler)
    : loop_(loop),
      handler_(handler),
      key_(loop.add(*this)),
      socket_(std::move(socket)),
      address_(local_address(socket_.get())),
      pause_(loop.timers(), *this) {}

EpollListener::~EpollListener() {
  loop_.remove(key_);
  remove_socket_file(address_);
}

void EpollListener::on_events(std::uint32_t /*events*/) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!accept_one()) {
      return;
    }
  }
}

bool EpollListener::accept_one() {
  ++loop_.system_calls();
  auto accepted = accept_from(socket_.get());
  if (!accepted) {
    const int error = accepted.error();
    if (error == EAGAIN) {
      return false;
    }
    if (AcceptPause::is_harmless(error)) {
      return true;
    }
    accept_failed(error);
    return false;
  }
  pause_.accepted();
  auto stream = std::make_unique<EpollStream>(loop_, accepted->peer.to_string());
  EpollStream& adopted = *stream;
  adopted.adopt(std::move(accepted->socket));
  const EpollLoop& loop = loop_;
  const auto key = key_;
  const auto stream_key = adopted.key();
  handler_.on_accept(std::move(stream), accepted->peer);
  check(!loop.alive(stream_key) || adopted.has_handler(),
        "an accepted stream has a handler when on_accept() returns");
  return loop.alive(key);
}

void EpollListener::accept_failed(int error) {
  const int failure = loop_.control(EPOLL_CTL_MOD, socket_.get(), 0, key_);
  check(failure == 0, "a watched listener can be paused");
  pause_.begin(socket_.get(), loop_.now());
  handler_.on_accept_error(
      local_error(fmt::format("listen on {}", address_.to_string()), {"accept", error}));
}

void EpollListener::on_pause_over() {
  const int failure = loop_.control(EPOLL_CTL_MOD, socket_.get(), EPOLLIN, key_);
  check(failure == 0, "a paused listener can be watched again");
}

}  // namespace wskit::net
