// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// `wskit serve script`, below `serve`: a server that plays a script with each client.
void add_serve_script(CLI::App& serve, Command& chosen);

}  // namespace wskit::cli
