// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Adds `pubsub` to `serve`.
void add_serve_pubsub(CLI::App& serve, Command& chosen);

}  // namespace wskit::cli
