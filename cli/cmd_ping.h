// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// `wskit ping URL`: how long the steps of a connection take, its certificates, and round trips.
void add_ping(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
