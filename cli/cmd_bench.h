// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Adds `bench`: a load test with latency histograms and thresholds.
void add_bench(CLI::App& app, Command& chosen);

}  // namespace wskit::cli
