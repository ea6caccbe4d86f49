// SPDX-License-Identifier: MIT
#include "cli/cmd_connect.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>
#include <CLI/CLI.hpp>

#include "cli/connect_options.h"
#include "cli/exchange_options.h"
#include "cli/exchange_run.h"
#include "cli/hints.h"
#include "cli/interactive_session.h"
#include "cli/message_input.h"
#include "cli/wait_options.h"

namespace wskit::cli {
namespace {

/// Of a session with a person, who would not notice a dead peer.
constexpr Nanoseconds kTerminalPingInterval = std::chrono::seconds(30);

int run_on_terminal(const ConnectCommand& options, session::ExchangeOptions exchange) {
  constexpr int kEveryFrame = 2;
  if (!options.ping_interval_given) {
    exchange.session.ping_interval = kTerminalPingInterval;
  }
  std::vector<script::Message> messages;
  for (const std::string& text : options.messages) {
    auto message = argument_message(text, options.message.binary);
    if (!message) {
      return complain(options.command, message.error());
    }
    messages.push_back(std::move(*message));
  }
  return run_interactive(
      {.connect = options.connect,
       .flags = options.flags,
       .session = std::move(exchange.session),
       .messages = std::move(messages),
       .binary = options.message.binary,
       .timestamps = options.timestamps,
       .pretty = options.pretty,
       .show_pings = options.show_pings || options.connect.verbose >= kEveryFrame,
       .slash = options.slash,
       .history = options.history,
       .color = options.color});
}

int run_on_pipe(const ConnectCommand& options, session::ExchangeOptions exchange) {
  auto goal = make_goal(options.wait, std::move(exchange.goal));
  if (!goal) {
    return complain(options.command, goal.error());
  }
  exchange.goal = std::move(*goal);
  auto input =
      make_message_input(options.message, options.messages, options.connect.max_message_bytes);
  if (!input) {
    return complain(options.command, input.error());
  }
  return run_exchange({.command = options.command,
                       .connect = options.connect,
                       .flags = options.flags,
                       .options = std::move(exchange),
                       .input = std::move(*input)});
}

}  // namespace

int run_connect(const ConnectCommand& options) {
  auto exchange = make_exchange_options(options.flags);
  if (!exchange) {
    return complain(options.command, exchange.error());
  }
  const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  const WaitFlags& wait = options.wait;
  const bool waits = !wait.wait.empty() || wait.no_wait || wait.one || wait.count != 0;
  // As in wscat: -x hi -w 2 is one exchange, on a terminal too.
  if (terminal && waits && options.messages.empty()) {
    return complain(options.command,
                    {.code = ErrorCode::usage,
                     .message = "--wait, --count, -1 and --no-wait need messages: -x, or "
                                "a pipe"});
  }
  const bool plain = waits || options.flags.format != "text" || !options.flags.output_file.empty();
  return terminal && !plain ? run_on_terminal(options, std::move(*exchange))
                            : run_on_pipe(options, std::move(*exchange));
}

namespace {

void add_terminal_options(CLI::App& app, ConnectCommand& options) {
  const std::string group = "Terminal";
  app.add_option("--timestamps", options.timestamps,
                 "When each message came: off, iso, rel (to the start) or delta (to the last one)")
      ->check(CLI::IsMember({"off", "iso", "rel", "delta"}))
      ->type_name("FORM")
      ->capture_default_str()
      ->group(group);
  app.add_flag("--pretty,!--no-pretty", options.pretty, "JSON over several lines (default)")
      ->group(group);
  app.add_flag("-P,--show-ping-pong", options.show_pings, "Show pings and pongs")->group(group);
  app.add_flag("--slash,!--no-slash", options.slash, "Commands that begin with / (default)")
      ->group(group);
  app.add_flag("--history,!--no-history", options.history,
               "Keep what is typed in a file for each host (default)")
      ->group(group);
  app.add_option("--color", options.color, "auto, always or never; NO_COLOR is honoured")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->capture_default_str()
      ->group(group);
}

}  // namespace

void add_session_options(CLI::App& app, ConnectCommand& options) {
  app.add_option("-x,--execute", options.messages, "Message to send first (repeatable)")
      ->allow_extra_args(false)
      ->type_name("MSG")
      ->group("Input");
  add_message_flags(app, options.message);
  add_terminal_options(app, options);
  add_wait_flags(app, options.wait);
}

void add_connect(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ConnectCommand>();
  CLI::App& connect =
      *app.add_subcommand("connect", "Interactive session on a terminal; a filter on a pipe");
  add_session_options(connect, *options);
  add_exchange_flags(connect, options->flags);
  add_connect_options(connect, options->connect);
  connect.callback([options, &chosen, &connect] {
    options->ping_interval_given = connect.count("--ping-interval") != 0;
    chosen = [options] { return run_connect(*options); };
  });
}

}  // namespace wskit::cli
