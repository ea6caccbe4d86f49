// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <source_location>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/cmd_bench.h"
#include "cli/cmd_connect.h"
#include "cli/cmd_listen.h"
#include "cli/cmd_ping.h"
#include "cli/cmd_proxy.h"
#include "cli/cmd_record.h"
#include "cli/cmd_replay.h"
#include "cli/cmd_report.h"
#include "cli/cmd_send.h"
#include "cli/cmd_serve.h"
#include "cli/cmd_test.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/dump_tree.h"
#include "cli/from_curl.h"
#include "cli/standard_streams.h"
#include "cli/usage_error.h"
#include "cli/version.h"
#include "core/check.h"

namespace {

constexpr int kUsage = 2;
constexpr int kBug = 70;

[[noreturn]] void report_bug(std::string_view what, const std::source_location& where) {
  wskit::cli::say(fmt::format("wskit: a bug in wskit: it does not hold that {} ({}:{})\n", what,
                              where.file_name(), where.line()));
  std::_Exit(kBug);
}

/// What stands behind --help and --version, or a usage error: said, and its exit code.
int end_without_command(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  if (app.exit(error, out, out) != 0 || wskit::cli::asks_for_help_of_unknown(app, error)) {
    wskit::cli::say(wskit::cli::usage_error(app, error));
    return kUsage;
  }
  if (const auto printed = wskit::cli::print(out.str()); !printed) {
    wskit::cli::say(fmt::format("wskit: {}\n", printed.error().message));
    return wskit::exit_code(printed.error().code);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char* argv[]) {
  wskit::cli::reserve_standard_descriptors();
  wskit::set_check_failure_handler(report_bug);
  CLI::App app("WebSocket toolkit for testing and load generation", "wskit");
  app.set_version_flag("-V,--version", wskit::cli::version_text);
  app.require_subcommand(1);
  app.get_formatter()->column_width(36);
  wskit::cli::Command chosen;
  const std::span<char* const> given(argv, static_cast<std::size_t>(argc));
  auto words = wskit::cli::expand_from_curl(given);
  if (!words) {
    wskit::cli::say(fmt::format("wskit: {}\n", words.error().message));
    return kUsage;
  }
  const std::vector<char*> arguments = wskit::cli::pointers_to(*words);
  wskit::cli::add_bench(app, chosen, wskit::cli::redacted_command_line(given));
  wskit::cli::add_connect(app, chosen);
  wskit::cli::add_listen(app, chosen);
  wskit::cli::add_ping(app, chosen);
  wskit::cli::add_proxy(app, chosen);
  wskit::cli::add_record(app, chosen);
  wskit::cli::add_replay(app, chosen);
  wskit::cli::add_report(app, chosen);
  const auto literals = wskit::cli::literal_messages(arguments);
  wskit::cli::add_send(app, chosen, literals);
  wskit::cli::add_serve(app, chosen);
  wskit::cli::add_test(app, chosen, wskit::cli::redacted_command_line(given));
  wskit::cli::add_dump_option(app);
  try {
    app.parse(static_cast<int>(arguments.size() - literals.size()), arguments.data());
  } catch (const CLI::ParseError& error) {
    return end_without_command(app, error);
  }
  return chosen();
}
