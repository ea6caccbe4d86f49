// SPDX-License-Identifier: MIT
#include "net/accept_pause.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>

namespace wskit::net {
namespace {

Descriptor open_reserve() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

AcceptPause::AcceptPause(TimerQueue& timers, Handler& handler)
    : handler_(handler), timer_(timers, *this), reserve_(open_reserve()) {}

bool AcceptPause::is_harmless(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return false;
    default:
      // accept(2): errors that are already pending on the new connection come through accept().
      return true;
  }
}

void AcceptPause::begin(int listener, Instant now) {
  turn_away(listener);
  timer_.arm(now + length_);
  length_ = std::min(2 * length_, kLongest);
}

void AcceptPause::turn_away(int listener) {
  // Bounded, so that a flood of connections cannot hold the loop.
  constexpr int kAtMost = 1024;
  reserve_.reset();
  for (int i = 0; i < kAtMost; ++i) {
    const Descriptor refused(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!refused.is_open()) {
      break;
    }
  }
  reserve_ = open_reserve();
}

void AcceptPause::on_timer(Instant /*now*/) {
  handler_.on_pause_over();
}

}  // namespace wskit::net
