// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "session/exchange.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `connect` on a pipe and `send` wait for, as it was typed.
struct WaitFlags {
  std::string wait;
  bool no_wait = false;
  bool one = false;
  std::uint64_t count = 0;
  Nanoseconds timeout = std::chrono::seconds(30);
  std::string eof_wait = "1s";
};

void add_wait_flags(CLI::App& app, WaitFlags& flags);

/// `goal` with what the flags say. Fails with what contradicts what.
[[nodiscard]] Expected<session::Goal> make_goal(const WaitFlags& flags, session::Goal goal);

}  // namespace wskit::cli
