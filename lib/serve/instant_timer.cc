// SPDX-License-Identifier: MIT
#include "serve/instant_timer.h"

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/timerfd.h>

namespace wskit::serve {

InstantTimer::InstantTimer(ev::loop_ref loop, std::function<void()> on_fire)
    : fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      readable_(loop),
      on_fire_(std::move(on_fire)) {
  if (!fd_) {
    throw std::system_error(errno, std::generic_category(), "timerfd");
  }
  readable_.set<InstantTimer, &InstantTimer::on_readable>(this);
  readable_.start(fd_.get(), ev::READ);
}

void InstantTimer::set(Instant when) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  // Zero would switch the timer off.
  const std::int64_t at = std::max<std::int64_t>(when.time_since_epoch().count(), 1);
  const itimerspec spec{.it_interval = {},
                        .it_value = {.tv_sec = at / kSecond, .tv_nsec = at % kSecond}};
  ::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void InstantTimer::clear() {
  const itimerspec off{};
  ::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &off, nullptr);
}

void InstantTimer::on_readable() noexcept {
  std::uint64_t expirations = 0;
  if (::read(fd_.get(), &expirations, sizeof expirations) > 0) {
    on_fire_();
  }
}

}  // namespace wskit::serve
