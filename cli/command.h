// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace wskit::cli {

/// What the command line asked for: parsing only stores it, main runs it; its result is the
/// process's exit code.
using Command = std::function<int()>;

/// The exit code of a process that signal `number` ended, as shells give it.
[[nodiscard]] constexpr int signal_exit_code(int number) {
  constexpr int kSignalBase = 128;
  return kSignalBase + number;
}

}  // namespace wskit::cli
