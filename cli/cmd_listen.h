// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Adds `listen`: prints what arrives.
void add_listen(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
