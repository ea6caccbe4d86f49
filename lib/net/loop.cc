// SPDX-License-Identifier: MIT
#include "net/loop.h"

#include "net/epoll_loop.h"
#include "net/uring_loop.h"

namespace wskit::net {

std::string_view name(Backend backend) noexcept {
  switch (backend) {
    case Backend::epoll:
      return "epoll";
    case Backend::uring:
      return "uring";
    case Backend::simulated:
      return "simulated";
  }
  return "unknown";
}

Expected<std::unique_ptr<Loop>> make_loop(IoChoice choice) {
  if (choice == IoChoice::epoll) {
    return EpollLoop::create();
  }
  auto loop = UringLoop::create();
  if (!loop && choice == IoChoice::automatic) {
    return EpollLoop::create();
  }
  return loop;
}

}  // namespace wskit::net
