// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Adds `report`: shows result files, and converts them.
void add_report(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
