// SPDX-License-Identifier: MIT
#include "net/posted_calls.h"

#include <cerrno>
#include <cstdint>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "net/socket_error.h"

namespace wskit::net {

void PostedCalls::post(std::move_only_function<void()> call) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = calls_.empty();
    calls_.push_back(std::move(call));
  }
  if (first) {
    wake();
  }
}

void PostedCalls::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  wake();
}

void PostedCalls::run() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(calls_);
  }
  for (auto& call : running_) {
    call();
  }
  running_.clear();
}

void PostedCalls::discard() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
}

void PostedCalls::wake() {
  // A full counter cannot happen in 2^64 writes, and no other failure leaves a loop to be woken.
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof(one));
}

Expected<Descriptor> open_event() {
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) {
    return std::unexpected(local_error("create an event loop", {"eventfd", errno}));
  }
  return Descriptor(fd);
}

}  // namespace wskit::net
