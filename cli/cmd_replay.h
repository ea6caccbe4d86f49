// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// `wskit replay`: plays a recording against a server.
void add_replay(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
