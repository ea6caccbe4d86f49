// SPDX-License-Identifier: MIT
#include "net/epoll_loop.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include <sys/prctl.h>

#include "core/check.h"
#include "net/epoll_listener.h"
#include "net/epoll_stream.h"
#include "net/epoll_watch.h"
#include "net/socket.h"

namespace wskit::net {

Expected<std::unique_ptr<Loop>> EpollLoop::create() {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.is_open()) {
    return std::unexpected(local_error("create an event loop", {"epoll_create1", errno}));
  }
  auto event = open_event();
  if (!event) {
    return std::unexpected(std::move(event.error()));
  }
  auto loop = std::make_unique<EpollLoop>(std::move(epoll), *std::move(event));
  const int error =
      loop->control(EPOLL_CTL_ADD, loop->posted_.event(), EPOLLIN | EPOLLET, kPostedKey);
  if (error != 0) {
    return std::unexpected(local_error("create an event loop", {"epoll_ctl", error}));
  }
  return loop;
}

EpollLoop::EpollLoop(Descriptor epoll, Descriptor event)
    : epoll_(std::move(epoll)),
      posted_(std::move(event)),
      receive_buffer_(std::make_unique_for_overwrite<std::byte[]>(kReceiveBytes)) {}

EpollLoop::~EpollLoop() {
  posted_.discard();
  check(targets_.size() == 0, "a loop is destroyed after everything that was made from it");
}

std::unique_ptr<Stream> EpollLoop::connect(const SocketAddress& peer, const SocketOptions& options,
                                           StreamHandler& handler) {
  auto stream = std::make_unique<EpollStream>(*this, peer.to_string());
  stream->set_handler(handler);
  stream->connect(peer, options);
  return stream;
}

Expected<std::unique_ptr<Listener>> EpollLoop::listen(const SocketAddress& address,
                                                      ListenHandler& handler) {
  return EpollListener::create(*this, address, handler);
}

Expected<std::unique_ptr<FdWatch>> EpollLoop::watch(int fd, FdHandler& handler) {
  return EpollWatch::create(*this, fd, handler);
}

int EpollLoop::control(int operation, int fd, std::uint32_t events, Key key) {
  ++stats_.system_calls;
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0 ? 0 : errno;
}

void EpollLoop::revisit_soon(Key key) {
  soon_.push_back(key);
  if (!soon_timer_.armed()) {
    soon_timer_.arm(now() + std::chrono::milliseconds(1));
  }
}

void EpollLoop::on_timer(Instant /*now*/) {
  revisits_.insert(revisits_.end(), soon_.begin(), soon_.end());
  soon_.clear();
}

void EpollLoop::run() {
  // Else the kernel lets a timer be 50 us late to save wake-ups.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  while (!posted_.stopped()) {
    turn();
  }
  posted_.clear_stop();
}

void EpollLoop::turn() {
  ++stats_.turns;
  dispatch(wait());
  call_revisits();
  fire_timers();
  if (std::exchange(posted_ready_, false)) {
    posted_.run();
  }
  hooks_.run();
  flush();
}

std::size_t EpollLoop::wait() {
  const bool idle = revisits_.empty() && flushes_.empty() && hooks_.empty();
  timespec timeout{};
  const timespec* deadline = &timeout;
  const Instant before = now();
  if (idle && timers_.empty()) {
    deadline = nullptr;
  } else if (idle) {
    const auto left = std::max(timers_.next() - before, Nanoseconds(0));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    timeout.tv_sec = seconds.count();
    timeout.tv_nsec = (left - seconds).count();
  }
  ++stats_.system_calls;
  const int count = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                   deadline, nullptr);
  stats_.waited += now() - before;
  if (count < 0) {
    check(errno == EINTR, "epoll_pwait2 fails only when interrupted");
    return 0;
  }
  return static_cast<std::size_t>(count);
}

void EpollLoop::dispatch(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const Key key = events_[i].data.u64;
    if (key == kPostedKey) {
      posted_ready_ = true;
    } else if (EpollTarget* const target = targets_.find(key); target != nullptr) {
      target->on_events(events_[i].events);
    }
  }
}

void EpollLoop::call_revisits() {
  if (revisits_.empty()) {
    return;
  }
  visiting_.swap(revisits_);
  for (const Key key : visiting_) {
    if (EpollTarget* const target = targets_.find(key); target != nullptr) {
      target->on_revisit();
    }
  }
  visiting_.clear();
}

void EpollLoop::fire_timers() {
  if (!timers_.empty()) {
    timers_.fire(now());
  }
}

void EpollLoop::flush() {
  // What is written while flushing leaves in the next turn, so that a stream that writes whenever
  // something was sent cannot hold the loop.
  visiting_.swap(flushes_);
  for (const Key key : visiting_) {
    if (EpollTarget* const target = targets_.find(key); target != nullptr) {
      target->on_flush();
    }
  }
  visiting_.clear();
}

}  // namespace wskit::net
