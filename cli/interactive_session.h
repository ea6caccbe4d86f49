// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "cli/connect_options.h"
#include "cli/exchange_options.h"
#include "script/message.h"
#include "session/options.h"

namespace wskit::cli {

/// What `connect` on a terminal was told.
struct InteractiveOptions {
  const ConnectOptions& connect;
  const ExchangeFlags& flags;
  /// Of the session, with the ping interval that a terminal has by default.
  session::SessionOptions session;
  /// Sent once the connection is open.
  std::vector<script::Message> messages;
  bool binary = false;
  std::string timestamps = "off";
  bool pretty = true;
  bool show_pings = false;
  bool slash = true;
  bool history = true;
  std::string color = "auto";
};

/// Runs the session on the terminal until it is closed, lost or left. Returns the exit code.
[[nodiscard]] int run_interactive(const InteractiveOptions& options);

}  // namespace wskit::cli
