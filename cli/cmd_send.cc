// SPDX-License-Identifier: MIT
#include "cli/cmd_send.h"

#include <cctype>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "cli/connect_options.h"
#include "cli/exchange_options.h"
#include "cli/exchange_run.h"
#include "cli/hints.h"
#include "cli/message_input.h"
#include "cli/wait_options.h"

namespace wskit::cli {
namespace {

struct SendOptions {
  ConnectOptions connect;
  ExchangeFlags flags;
  MessageFlags message;
  std::vector<std::string> messages;
  WaitFlags wait;
};

int run_send(const SendOptions& options) {
  auto exchange = make_exchange_options(options.flags);
  if (!exchange) {
    return complain("send", exchange.error());
  }
  auto goal = make_goal(options.wait, std::move(exchange->goal));
  if (!goal) {
    return complain("send", goal.error());
  }
  exchange->goal = std::move(*goal);
  // Of a server that never stops talking.
  exchange->goal.most = options.wait.timeout;
  const bool from_standard_input = reads_standard_input(options.messages);
  if (options.messages.empty() && ::isatty(STDIN_FILENO) != 0) {
    return complain("send", {.code = ErrorCode::usage,
                             .message = "no message: give it as an argument, or messages on "
                                        "standard input (- reads them from the terminal)"});
  }
  auto input =
      make_message_input(options.message, options.messages, options.connect.max_message_bytes);
  if (!input) {
    return complain("send", input.error());
  }
  return run_exchange({.command = "send",
                       .connect = options.connect,
                       .flags = options.flags,
                       .options = std::move(*exchange),
                       .input = std::move(*input),
                       .needs_input = from_standard_input});
}

bool looks_like_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         std::isdigit(static_cast<unsigned char>(word[1])) == 0;
}

/// The messages behind the first one, which CLI11 has put aside with unknown options.
void take_words(const CLI::App& send, std::vector<std::string>& messages) {
  for (const std::string& word : send.remaining()) {
    if (word == "--") {
      continue;  // What stood behind it are the literals.
    }
    if (looks_like_option(word)) {
      throw CLI::ExtrasError(send.get_name(), send.remaining());
    }
    messages.push_back(word);
  }
}

}  // namespace

void add_send(CLI::App& app, Command& chosen, const std::vector<std::string>& literals) {
  auto options = std::make_shared<SendOptions>();
  CLI::App& send =
      *app.add_subcommand("send", "Send messages, wait for replies, and exit with a code to test");
  add_wait_flags(send, options->wait);
  add_message_flags(send, options->message);
  add_exchange_flags(send, options->flags);
  add_connect_options(send, options->connect);
  // No list option: CLI11 would split a message like [1,2] in two.
  std::string& first = options->messages.emplace_back();
  CLI::Option* const message =
      send.add_option("MSG", first, "Messages to send; - or none reads them from standard input")
          ->type_name("MSG...");
  send.allow_extras();
  send.callback([options, &chosen, &send, message, literals] {
    if (message->count() == 0) {
      options->messages.clear();
    }
    take_words(send, options->messages);
    options->messages.insert(options->messages.end(), literals.begin(), literals.end());
    chosen = [options] { return run_send(*options); };
  });
}

}  // namespace wskit::cli
