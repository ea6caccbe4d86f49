// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// `wskit proxy --listen ADDRESS --to URL`: passes everything between clients and a server on.
void add_proxy(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
