// SPDX-License-Identifier: MIT
#include "net/loop.h"

#include "net/epoll_loop.h"

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
  if (choice == IoChoice::uring) {
    return fail(ErrorCode::local_limit, "create an io_uring loop: not built in yet; use epoll");
  }
  return EpollLoop::create();
}

}  // namespace wskit::net
