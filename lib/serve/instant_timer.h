// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include <ev++.h>

#include "core/clock.h"
#include "serve/unique_fd.h"

namespace wskit::serve {

/// Fires at an instant, to the microsecond: libev's own timers wait in whole milliseconds.
class InstantTimer {
 public:
  /// Throws std::system_error when the kernel has no more descriptors.
  InstantTimer(ev::loop_ref loop, std::function<void()> on_fire);

  /// Once, at `when` or as soon as possible; replaces an earlier one.
  void set(Instant when);
  void clear();

 private:
  void on_readable() noexcept;

  UniqueFd fd_;
  ev::io readable_;
  std::function<void()> on_fire_;
};

}  // namespace wskit::serve
