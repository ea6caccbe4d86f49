// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/clock.h"
#include "serve/log.h"

namespace wskit::serve {

/// While it lives, what libwebsockets complains of on this thread goes to `sink`, at most ten lines
/// a second; a last line tells how many were left out. Both arguments must outlive it.
class LwsLogScope {
 public:
  LwsLogScope(const LogSink& sink, const Clock& clock);
  ~LwsLogScope();
  LwsLogScope(const LwsLogScope&) = delete;
  LwsLogScope& operator=(const LwsLogScope&) = delete;

  /// The last complaint on this thread, empty when there was none in this scope.
  [[nodiscard]] static const std::string& last();
  /// A request had more header bytes than there is room for, since the last call on this thread.
  [[nodiscard]] static bool take_header_overflow();
};

}  // namespace wskit::serve
