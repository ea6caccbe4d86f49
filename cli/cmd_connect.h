// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Adds `connect`: an interactive session on a terminal, a filter on a pipe.
void add_connect(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
