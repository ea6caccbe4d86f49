// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/error.h"

namespace wskit::load {

/// What this machine lets one process have.
struct Limits {
  /// Open files, after the soft limit was raised to the hard one.
  std::uint64_t open_files = 0;
  /// Local ports for connections from one address to one server.
  std::uint64_t local_ports = 0;
};

/// Raises the soft limit of open files to the hard one and says what there is.
[[nodiscard]] Limits raise_limits();

/// Fails with ErrorCode::local_limit, the number and what to do, when so many connections cannot be
/// open at one time. `sources` is the number of source addresses, 0 if the kernel chooses; without
/// TCP (`uses_ports` false) ports do not matter.
[[nodiscard]] Expected<void> check_limits(const Limits& limits, std::uint64_t connections,
                                          std::size_t sources, bool uses_ports);

}  // namespace wskit::load
