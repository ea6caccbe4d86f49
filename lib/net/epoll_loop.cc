// SPDX-License-Identifier: MIT
#include "net/epoll_loop.h"

#include "core/check.h"
#include "net/epoll_stream.h"
#include "net/epoll_watch.h"
#include "net/sleep.h"

namespace wskit::net {

Expected<std::unique_ptr<Loop>> EpollLoop::create() {
  auto descriptors = open_loop_descriptors();
  if (!descriptors) {
    return std::unexpected(std::move(descriptors.error()));
  }
  return std::make_unique<EpollLoop>(*std::move(descriptors));
}

EpollLoop::EpollLoop(LoopDescriptors descriptors)
    : set_(std::move(descriptors.epoll), timers_, stats_.system_calls),
      posted_(std::move(descriptors.event)),
      receive_buffer_(std::make_unique_for_overwrite<std::byte[]>(kReceiveBytes)) {}

EpollLoop::~EpollLoop() {
  posted_.discard();
  check(targets().empty(), "a loop is destroyed after everything that was made from it");
}

std::unique_ptr<Stream> EpollLoop::connect(const SocketAddress& peer, const SocketOptions& options,
                                           StreamHandler& handler) {
  auto stream = std::make_unique<EpollStream>(*this, peer.to_string());
  stream->set_handler(handler);
  stream->connect(peer, options);
  return stream;
}

std::unique_ptr<Stream> EpollLoop::adopt(Descriptor socket, const SocketAddress& peer) {
  auto stream = std::make_unique<EpollStream>(*this, peer.to_string());
  stream->adopt(std::move(socket));
  return stream;
}

Expected<std::unique_ptr<Listener>> EpollLoop::listen(const SocketAddress& address,
                                                      ListenHandler& handler) {
  return EpollListener::create({*this, set_, *this}, address, handler);
}

Expected<std::unique_ptr<FdWatch>> EpollLoop::watch(int fd, FdHandler& handler) {
  return EpollWatch::create(set_, fd, handler);
}

void EpollLoop::run() {
  wake_on_time();
  while (!posted_.stopped()) {
    turn();
  }
  posted_.clear_stop();
}

void EpollLoop::turn() {
  ++stats_.turns;
  wait();
  set_.dispatch();
  targets().call_revisits();
  if (!timers_.empty()) {
    timers_.fire(now());
  }
  if (set_.take_posted()) {
    posted_.run();
  }
  hooks_.run();
  targets().call_flushes();
}

void EpollLoop::wait() {
  const Instant before = now();
  if (targets().anything_to_do() || !hooks_.empty()) {
    const timespec at_once{};
    set_.wait(&at_once);
  } else if (timers_.empty()) {
    set_.wait(nullptr);
  } else {
    const timespec timeout = to_timespec(timers_.next() - before);
    set_.wait(&timeout);
  }
  stats_.waited += now() - before;
}

}  // namespace wskit::net
