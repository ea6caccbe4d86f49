// SPDX-License-Identifier: MIT
#include "net/epoll_watch.h"

#include <utility>

#include <sys/epoll.h>

#include <fmt/format.h>

#include "core/check.h"
#include "net/socket_error.h"

namespace wskit::net {

Expected<std::unique_ptr<FdWatch>> EpollWatch::create(EpollSet& set, int fd, FdHandler& handler) {
  auto watch = std::make_unique<EpollWatch>(set, fd, handler);
  // Nothing is wanted yet; the kernel still says whether it could be.
  int error = set.control(EPOLL_CTL_ADD, fd, 0, watch->key_);
  if (error == 0) {
    error = set.control(EPOLL_CTL_DEL, fd, 0, watch->key_);
  }
  if (error != 0) {
    return std::unexpected(
        local_error(fmt::format("watch descriptor {}", fd), {"epoll_ctl", error}));
  }
  return watch;
}

EpollWatch::EpollWatch(EpollSet& set, int fd, FdHandler& handler)
    : set_(set), handler_(handler), key_(set.targets().add(*this)), fd_(fd) {}

EpollWatch::~EpollWatch() {
  want(false, false);
  set_.targets().remove(key_);
}

void EpollWatch::want(bool readable, bool writable) {
  const std::uint32_t wanted = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);
  if (wanted == wanted_) {
    return;
  }
  // A descriptor of which nothing is wanted is taken out: a hang-up would be reported all the same,
  // again and again.
  int operation = EPOLL_CTL_MOD;
  if (wanted == 0) {
    operation = EPOLL_CTL_DEL;
  } else if (wanted_ == 0) {
    operation = EPOLL_CTL_ADD;
  }
  wanted_ = wanted;
  const int error = set_.control(operation, fd_, wanted, key_);
  check(error == 0 || wanted == 0, "a descriptor that was watched can be watched again");
}

void EpollWatch::on_events(std::uint32_t events) {
  const bool both = (events & (EPOLLHUP | EPOLLERR)) != 0;
  const bool readable = (wanted_ & EPOLLIN) != 0 && (both || (events & EPOLLIN) != 0);
  const bool writable = (wanted_ & EPOLLOUT) != 0 && (both || (events & EPOLLOUT) != 0);
  if (readable || writable) {
    handler_.on_ready(readable, writable);
  }
}

}  // namespace wskit::net
