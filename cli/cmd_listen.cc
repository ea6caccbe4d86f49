// SPDX-License-Identifier: MIT
#include "cli/cmd_listen.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/connect_options.h"
#include "cli/exchange_options.h"
#include "cli/exchange_run.h"
#include "cli/hints.h"
#include "cli/parsed_option.h"
#include "core/parse.h"
#include "script/matcher.h"

namespace wskit::cli {
namespace {

struct ListenOptions {
  ConnectOptions connect;
  ExchangeFlags flags;
  std::uint64_t count = 0;
  std::string until;
};

int run_listen(const ListenOptions& options) {
  auto exchange = make_exchange_options(options.flags);
  if (!exchange) {
    return complain("listen", exchange.error());
  }
  exchange->goal.replies = options.count;
  if (!options.until.empty()) {
    auto match = script::Matcher::parse(options.until);
    if (!match) {
      return complain("listen", match.error());
    }
    exchange->goal.match = std::move(*match);
    exchange->goal.replies = std::max<std::uint64_t>(options.count, 1);
  }
  // A time alone is enough; one for messages that did not come is a time limit.
  exchange->goal.max_time_ends = exchange->goal.replies == 0;
  return run_exchange({.command = "listen",
                       .connect = options.connect,
                       .flags = options.flags,
                       .options = std::move(*exchange),
                       .input = {}});
}

}  // namespace

void add_listen(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ListenOptions>();
  CLI::App& listen = *app.add_subcommand("listen", "Print the messages that arrive");
  add_parsed(listen, "-n,--count,--max-messages", options->count,
             [](std::string_view text) { return parse_integer(text, 1, 1'000'000'000'000); })
      ->description("End after N messages, or N that match --until")
      ->type_name("N")
      ->group("Listen");
  listen
      .add_option("--until", options->until,
                  "End after a message that matches text:..., re:..., json:{...} or ptr:/A=VALUE")
      ->type_name("MATCH")
      ->check(not_empty())
      ->group("Listen");
  add_exchange_flags(listen, options->flags);
  add_connect_options(listen, options->connect);
  listen.callback([options, &chosen] { chosen = [options] { return run_listen(*options); }; });
}

}  // namespace wskit::cli
