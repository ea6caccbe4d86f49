// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// `wskit record`: records a session, imports one, or converts a recording.
void add_record(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
