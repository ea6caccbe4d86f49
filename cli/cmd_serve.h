// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Adds `serve` with its kinds of server.
void add_serve(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
