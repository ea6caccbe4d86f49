// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/connect_options.h"
#include "cli/exchange_options.h"
#include "core/error.h"
#include "net/loop.h"
#include "session/exchange.h"
#include "session/input.h"

namespace wskit::cli {

/// One run of `connect` on a pipe, `send` or `listen`.
struct ExchangeJob {
  /// "send": in front of what is said on standard error.
  std::string command;
  const ConnectOptions& connect;
  const ExchangeFlags& flags;
  session::ExchangeOptions options;
  /// Makes the input; empty for none.
  std::function<Expected<std::unique_ptr<session::Input>>(net::Loop&)> input;
  /// Having sent nothing is a usage error.
  bool needs_input = false;
};

/// Runs it to its end: results on standard output or in the file, all else on standard error, the
/// first signal ends it in order, the second at once. Returns the exit code.
[[nodiscard]] int run_exchange(const ExchangeJob& job);

}  // namespace wskit::cli
