// SPDX-License-Identifier: MIT
#include "cli/cmd_serve.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/announce.h"
#include "cli/cmd_serve_script.h"
#include "cli/hints.h"
#include "cli/serve_options.h"
#include "cli/standard_streams.h"
#include "cli/stop_signals.h"
#include "load/limits.h"
#include "report/terminal.h"
#include "serve/echo_service.h"
#include "serve/server.h"

namespace wskit::cli {
namespace {

constexpr std::string_view kServeEchoName = "serve echo";

void log_line(serve::LogLevel, std::string_view line) {
  say(fmt::format("wskit {}: {}\n", kServeEchoName, report::printable(line)));
}

void cut_when_signalled(const StopSignals& signals, serve::Server& server,
                        const std::stop_token& done) {
  constexpr auto kLook = std::chrono::milliseconds(20);
  while (!done.stop_requested()) {
    if (signals.next_within(kLook)) {
      return server.stop();
    }
  }
}

// The first signal lets what is open end in order, the second cuts it.
void serve_until_signalled(const StopSignals& signals, serve::Server& server) {
  (void)signals.next();
  server.drain();
  const std::jthread second(
      [&](const std::stop_token& done) { cut_when_signalled(signals, server, done); });
  server.wait();
}

Expected<void> serve_echo(const ServeEchoOptions& options) {
  if (auto checked = serve::check_delay(options.delay); !checked) {
    return checked;
  }
  const StopSignals signals;
  (void)load::raise_limits();
  auto server_options = cli::server_options(options);
  if (!server_options) {
    return std::unexpected(std::move(server_options.error()));
  }
  const auto certificate = server_options->certificate;
  auto server = serve::Server::start(std::move(*server_options), serve::echo_service(options.delay),
                                     log_line);
  if (!server) {
    return std::unexpected(std::move(server.error()));
  }
  if (options.tls.self_signed) {
    if (auto told = tell_how_to_trust(options.tls, *certificate); !told) {
      return told;
    }
  }
  if (auto announced = announce((*server)->url(), options.ready_file); !announced) {
    return announced;
  }
  serve_until_signalled(signals, **server);
  return {};
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
  add_serve_script(*serve, chosen);
}

}  // namespace wskit::cli
