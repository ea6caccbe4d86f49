// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <string_view>

namespace wskit {

/// Called once when an invariant of wskit itself is broken; must not return.
using CheckFailureHandler = void (*)(std::string_view what, const std::source_location& where);

/// Replaces what a failed check() does. The default aborts; the program prints and exits with 70.
void set_check_failure_handler(CheckFailureHandler handler) noexcept;

[[noreturn]] void check_failed(std::string_view what, const std::source_location& where);

/// Holds in release builds too: a broken invariant is a bug in wskit, never an expected failure.
inline void check(bool holds, std::string_view what,
                  const std::source_location& where = std::source_location::current()) {
  if (!holds) [[unlikely]] {
    check_failed(what, where);
  }
}

}  // namespace wskit
