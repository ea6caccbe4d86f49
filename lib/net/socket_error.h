// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "core/error.h"

namespace wskit::net {

/// A system call that failed: what was tried, in words or as the call's name, and errno.
struct SystemFailure {
  const char* step = nullptr;
  int number = 0;
};

/// Why a connection was never made: "connect PEER: Connection refused".
[[nodiscard]] Error connect_error(std::string_view peer, SystemFailure failure);

/// Why an established connection failed: "receive from PEER: Connection reset by peer".
[[nodiscard]] Error connection_error(std::string_view peer, SystemFailure failure);

/// Why something on this machine failed, whatever the peer: "WHAT: STEP: Too many open files".
[[nodiscard]] Error local_error(std::string_view what, SystemFailure failure);

}  // namespace wskit::net
