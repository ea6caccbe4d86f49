// SPDX-License-Identifier: MIT
#include "net/uring_loop.h"

#include <ctime>

#include <poll.h>

#include "core/check.h"
#include "net/epoll_watch.h"
#include "net/sleep.h"
#include "net/uring_stream.h"

namespace wskit::net {
namespace {

// Of the epoll set; no target has it.
constexpr UringLoop::Key kSetKey = 0;

}  // namespace

Expected<std::unique_ptr<Loop>> UringLoop::create() {
  auto descriptors = open_loop_descriptors();
  if (!descriptors) {
    return std::unexpected(std::move(descriptors.error()));
  }
  auto loop = std::make_unique<UringLoop>(*std::move(descriptors));
  auto ring = UringRing::create(loop->stats_.system_calls);
  if (!ring) {
    return std::unexpected(std::move(ring.error()));
  }
  loop->ring_ = *std::move(ring);
  loop->poll_set();
  return loop;
}

UringLoop::UringLoop(LoopDescriptors descriptors)
    : set_(std::move(descriptors.epoll), timers_, stats_.system_calls),
      posted_(std::move(descriptors.event)) {}

UringLoop::~UringLoop() {
  posted_.discard();
  // The kernel still reads the send buffers of streams that have left.
  while (!leaving_.empty()) {
    ring_->wait(nullptr);
    dispatch();
  }
  left_.clear();
  check(targets_.empty() && set_.targets().empty(),
        "a loop is destroyed after everything that was made from it");
}

std::unique_ptr<Stream> UringLoop::connect(const SocketAddress& peer, const SocketOptions& options,
                                           StreamHandler& handler) {
  auto socket = std::make_unique<UringSocket>(*this, peer.to_string());
  socket->set_handler(handler);
  socket->connect(peer, options);
  return std::make_unique<UringStream>(std::move(socket));
}

std::unique_ptr<Stream> UringLoop::adopt(Descriptor descriptor, const SocketAddress& peer) {
  auto socket = std::make_unique<UringSocket>(*this, peer.to_string());
  socket->adopt(std::move(descriptor));
  return std::make_unique<UringStream>(std::move(socket));
}

Expected<std::unique_ptr<Listener>> UringLoop::listen(const SocketAddress& address,
                                                      ListenHandler& handler) {
  return EpollListener::create({*this, set_, *this}, address, handler);
}

Expected<std::unique_ptr<FdWatch>> UringLoop::watch(int fd, FdHandler& handler) {
  return EpollWatch::create(set_, fd, handler);
}

void UringLoop::keep(Key key, std::unique_ptr<UringTarget> target) {
  leaving_[key] = std::move(target);
}

void UringLoop::release(Key key) {
  const auto found = leaving_.find(key);
  check(found != leaving_.end(), "only a target that was kept is released");
  left_.push_back(std::move(found->second));
  leaving_.erase(found);
}

void UringLoop::run() {
  wake_on_time();
  while (!posted_.stopped()) {
    turn();
  }
  posted_.clear_stop();
  // What was written in the last turn leaves with it.
  if (ring_->queued() > 0) {
    ring_->submit();
  }
}

void UringLoop::turn() {
  ++stats_.turns;
  collect();
  dispatch();
  if (std::exchange(set_ready_, false)) {
    dispatch_set();
  }
  targets_.call_revisits();
  if (!timers_.empty()) {
    timers_.fire(now());
  }
  if (set_.take_posted()) {
    posted_.run();
  }
  hooks_.run();
  targets_.call_flushes();
  left_.clear();
}

void UringLoop::collect() {
  // Submitting is work, not waiting, and so is receiving what is there: both happen here first.
  // Only when that brings nothing is there something to wait for.
  const bool at_once = targets_.anything_to_do() || !hooks_.empty();
  const bool more = std::exchange(received_, false);
  if (at_once || more || ring_->queued() > 0) {
    ring_->submit_and_reap();
    if (at_once || ring_->ready() > 0) {
      return;
    }
  }
  const Instant before = now();
  if (timers_.empty()) {
    ring_->wait(nullptr);
  } else {
    const Nanoseconds left = timers_.next() - before;
    ring_->wait(&left);
  }
  stats_.waited += now() - before;
}

void UringLoop::dispatch() {
  ring_->take_all([this](const UringCompletion& completion) {
    if (completion.op == UringOp::cancel) {
      return;
    }
    if (completion.key == kSetKey) {
      set_ready_ = true;
      return;
    }
    UringTarget* const target = targets_.find(completion.key);
    check(target != nullptr, "a target stays until its last completion");
    target->on_completion(completion);
  });
}

void UringLoop::dispatch_set() {
  const timespec at_once{};
  set_.wait(&at_once);
  set_.dispatch();
  poll_set();
}

void UringLoop::poll_set() {
  ring_->poll(kSetKey, set_.descriptor(), POLLIN);
}

}  // namespace wskit::net
