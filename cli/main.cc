// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "cli/cmd_bench.h"
#include "cli/cmd_serve.h"
#include "cli/command.h"

namespace {

constexpr int kUsage = 2;

}  // namespace

int main(int argc, char* argv[]) {
  CLI::App app("WebSocket toolkit for testing and load generation", "wskit");
  app.require_subcommand(1);
  wskit::cli::Command chosen;
  wskit::cli::add_bench(app, chosen);
  wskit::cli::add_serve(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return chosen();
}
