// SPDX-License-Identifier: MIT
#include "cli/cmd_serve.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "cli/stop_signals.h"
#include "serve/echo_server.h"

namespace wskit::cli {
namespace {

struct ServeOptions {
  std::string listen = "127.0.0.1:9001";
  serve::EchoOptions echo;
};

int report(const Error& error) {
  fmt::print(stderr, "wskit: {}\n", error.message);
  return exit_code(error.code);
}

void log_to_stderr(serve::LogLevel, std::string_view line) {
  fmt::print(stderr, "wskit: {}\n", line);
}

// The first signal lets what is open end in order, the second cuts it.
void stop_on_signals(const StopSignals& signals, serve::EchoServer& server) {
  (void)signals.next();
  server.drain();
  std::thread waiting([&server] { server.wait(); });
  std::thread([&] {
    (void)signals.next();
    server.stop();
  }).detach();
  waiting.join();
}

int run_echo(const ServeOptions& options) {
  const StopSignals signals;
  auto address = serve::parse_listen_address(options.listen);
  if (!address) {
    return report(address.error());
  }
  serve::EchoOptions echo = options.echo;
  echo.listen = std::move(*address);
  auto server = serve::EchoServer::start(std::move(echo), log_to_stderr);
  if (!server) {
    return report(server.error());
  }
  fmt::print("{}\n", (*server)->url());
  std::fflush(stdout);
  stop_on_signals(signals, **server);
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, Command& chosen) {
  auto* serve = app.add_subcommand("serve", "Run a server to test against");
  serve->require_subcommand(1);
  auto* echo = serve->add_subcommand("echo", "Send every message back");
  auto options = std::make_shared<ServeOptions>();
  echo->add_option("--listen", options->listen,
                   "HOST:PORT, [IPV6]:PORT or unix:PATH; port 0 takes a free one")
      ->capture_default_str();
  echo->add_option("--threads", options->echo.threads, "Threads that share the connections")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  echo->callback([options, &chosen] { chosen = [options] { return run_echo(*options); }; });
}

}  // namespace wskit::cli
