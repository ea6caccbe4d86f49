// SPDX-License-Identifier: MIT
#include "cli/stop_signals.h"

#include <ctime>

#include <pthread.h>

namespace wskit::cli {

StopSignals::StopSignals() {
  ::sigemptyset(&set_);
  ::sigaddset(&set_, SIGINT);
  ::sigaddset(&set_, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int StopSignals::next() const {
  int number = 0;
  while (::sigwait(&set_, &number) != 0) {
  }
  return number;
}

std::optional<int> StopSignals::next_within(Nanoseconds patience) const {
  const auto whole = std::chrono::floor<std::chrono::seconds>(patience);
  const timespec time{.tv_sec = whole.count(), .tv_nsec = (patience - whole).count()};
  const int number = ::sigtimedwait(&set_, nullptr, &time);
  return number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace wskit::cli
