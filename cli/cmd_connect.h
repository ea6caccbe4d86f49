// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/connect_options.h"
#include "cli/exchange_options.h"
#include "cli/wait_options.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `connect`, and `record` with a URL, were told.
struct ConnectCommand {
  /// "connect": in front of what is said on standard error.
  std::string command = "connect";
  ConnectOptions connect;
  ExchangeFlags flags;
  MessageFlags message;
  WaitFlags wait;
  std::vector<std::string> messages;
  std::string timestamps = "off";
  bool pretty = true;
  bool show_pings = false;
  bool slash = true;
  bool history = true;
  std::string color = "auto";
  bool ping_interval_given = false;
};

/// What both have beside the options of connections, exchanges and recordings.
void add_session_options(CLI::App& app, ConnectCommand& options);
/// Runs the session; returns the exit code.
[[nodiscard]] int run_connect(const ConnectCommand& options);

/// Adds `connect`: an interactive session on a terminal, a filter on a pipe.
void add_connect(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
