// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Adds `send`: sends messages and waits for replies. `literals` are what stood behind a "--" on
/// its command line: messages, whatever they begin with.
void add_send(CLI::App& app, Command& chosen, const std::vector<std::string>& literals);

}  // namespace wskit::cli
