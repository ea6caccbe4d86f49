// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Adds `bench`: a load test with latency histograms and thresholds. `command_line` goes into the
/// result file; it must not hold secrets.
void add_bench(CLI::App& app, Command& chosen, const std::string& command_line);

}  // namespace wskit::cli
