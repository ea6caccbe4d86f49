// SPDX-License-Identifier: MIT
#include "net/epoll_set.h"

#include <cerrno>

#include <poll.h>

#include "core/check.h"
#include "net/posted_calls.h"
#include "net/socket_error.h"

namespace wskit::net {
namespace {

// No target has it.
constexpr EpollSet::Key kPostedKey = 0;

}  // namespace

Expected<LoopDescriptors> open_loop_descriptors() {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.is_open()) {
    return std::unexpected(local_error("create an event loop", {"epoll_create1", errno}));
  }
  auto event = open_event();
  if (!event) {
    return std::unexpected(std::move(event.error()));
  }
  epoll_event posted{};
  posted.events = EPOLLIN | EPOLLET;
  posted.data.u64 = kPostedKey;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, event->get(), &posted) != 0) {
    return std::unexpected(local_error("create an event loop", {"epoll_ctl", errno}));
  }
  return LoopDescriptors{std::move(epoll), *std::move(event)};
}

int EpollSet::control(int operation, int fd, std::uint32_t events, Key key) {
  ++system_calls_;
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0 ? 0 : errno;
}

void EpollSet::wait(const timespec* timeout) {
  ++system_calls_;
  int count = -1;
  if (has_pwait2_) {
    count = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()), timeout,
                           nullptr);
    has_pwait2_ = count >= 0 || errno != ENOSYS;
  }
  if (!has_pwait2_) {
    count = wait_without_pwait2(timeout);
  }
  check(count >= 0 || errno == EINTR, "waiting for events fails only when interrupted");
  count_ = count < 0 ? 0 : static_cast<std::size_t>(count);
}

int EpollSet::wait_without_pwait2(const timespec* timeout) {
  // epoll_wait() counts in milliseconds; ppoll() on the epoll descriptor does not. Older kernels
  // need it, some sandboxes, and valgrind.
  pollfd ready{.fd = epoll_.get(), .events = POLLIN, .revents = 0};
  if (const int polled = ::ppoll(&ready, 1, timeout, nullptr); polled <= 0) {
    return polled;
  }
  ++system_calls_;
  return ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), 0);
}

void EpollSet::dispatch() {
  for (std::size_t i = 0; i < count_; ++i) {
    const Key key = events_[i].data.u64;
    if (key == kPostedKey) {
      posted_ = true;
    } else if (EpollTarget* const target = targets_.find(key); target != nullptr) {
      target->on_events(events_[i].events);
    }
  }
}

}  // namespace wskit::net
