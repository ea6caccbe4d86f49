// SPDX-License-Identifier: MIT
#include "cli/cmd_serve.h"

#include <memory>
#include <string_view>

#include <CLI/CLI.hpp>

#include "cli/cmd_serve_pubsub.h"
#include "cli/cmd_serve_script.h"
#include "cli/hints.h"
#include "cli/serve_options.h"
#include "cli/serve_run.h"
#include "serve/echo_service.h"

namespace wskit::cli {
namespace {

constexpr std::string_view kServeEchoName = "serve echo";

Expected<void> serve_echo(const ServeEchoOptions& options) {
  if (auto checked = serve::check_delay(options.delay); !checked) {
    return checked;
  }
  ServeOptions serve = options.serve;
  serve.faults.seed = options.delay.seed;
  return serve_until_signalled(kServeEchoName, serve, serve::echo_service(options.delay));
}

int run_serve_echo(const ServeEchoOptions& options) {
  const auto served = serve_echo(options);
  return served ? 0 : complain(kServeEchoName, served.error());
}

}  // namespace

void add_serve(CLI::App& app, Command& chosen) {
  CLI::App* serve = app.add_subcommand("serve", "Run a server to test against");
  serve->require_subcommand(1);
  CLI::App* echo =
      serve->add_subcommand("echo", "Send every message back, text as text and binary as binary");
  auto options = std::make_shared<ServeEchoOptions>();  // shared with the callback that CLI11 keeps
  add_serve_echo_options(*echo, *options);
  echo->callback([options, &chosen] { chosen = [options] { return run_serve_echo(*options); }; });
  add_serve_pubsub(*serve, chosen);
  add_serve_script(*serve, chosen);
}

}  // namespace wskit::cli
