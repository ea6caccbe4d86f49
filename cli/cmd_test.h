// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// `wskit test`: runs scripts with expectations. `command_line` is for reports.
void add_test(CLI::App& app, Command& chosen, std::string command_line);

}  // namespace wskit::cli
