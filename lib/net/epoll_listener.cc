// SPDX-License-Identifier: MIT
#include "net/epoll_listener.h"

#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/check.h"
#include "net/socket.h"

namespace wskit::net {
namespace {

// The established connections get their turn after so many new ones.
constexpr int kAcceptsPerTurn = 64;

}  // namespace

Expected<std::unique_ptr<Listener>> EpollListener::create(const Place& place,
                                                          const SocketAddress& address,
                                                          ListenHandler& handler) {
  auto socket = open_listener(address);
  if (!socket) {
    return std::unexpected(std::move(socket.error()));
  }
  auto listener = std::make_unique<EpollListener>(place, *std::move(socket), handler);
  const int error =
      place.set.control(EPOLL_CTL_ADD, listener->socket_.get(), EPOLLIN, listener->key_);
  if (error != 0) {
    return std::unexpected(
        local_error(fmt::format("listen on {}", address.to_string()), {"epoll_ctl", error}));
  }
  return listener;
}

EpollListener::EpollListener(const Place& place, Descriptor socket, ListenHandler& handler)
    : loop_(place.loop),
      set_(place.set),
      adopter_(place.adopter),
      handler_(handler),
      key_(set_.targets().add(*this)),
      socket_(std::move(socket)),
      address_(local_address(socket_.get())),
      pause_(loop_.timers(), *this) {}

EpollListener::~EpollListener() {
  set_.targets().remove(key_);
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
  ++set_.system_calls();
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
  const Targets<EpollTarget>& targets = set_.targets();
  const auto key = key_;
  handler_.on_accept(adopter_.adopt(std::move(accepted->socket), accepted->peer), accepted->peer);
  return targets.alive(key);
}

void EpollListener::accept_failed(int error) {
  const int failure = set_.control(EPOLL_CTL_MOD, socket_.get(), 0, key_);
  check(failure == 0, "a watched listener can be paused");
  pause_.begin(socket_.get(), loop_.now());
  handler_.on_accept_error(
      local_error(fmt::format("listen on {}", address_.to_string()), {"accept", error}));
}

void EpollListener::on_pause_over() {
  const int failure = set_.control(EPOLL_CTL_MOD, socket_.get(), EPOLLIN, key_);
  check(failure == 0, "a paused listener can be watched again");
}

}  // namespace wskit::net
