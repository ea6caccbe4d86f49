// SPDX-License-Identifier: MIT
#include "cli/wait_options.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"
#include "core/parse.h"
#include "script/matcher.h"

namespace wskit::cli {
namespace {

Expected<void> set_wait(const WaitFlags& flags, session::Goal& goal) {
  goal.replies = flags.one ? 1 : flags.count;
  if (flags.wait.empty()) {
    return {};
  }
  auto wait = script::parse_wait(flags.wait);
  if (!wait) {
    return fail(wait.error().code, fmt::format("--wait: {}", wait.error().message));
  }
  if (const auto* replies = std::get_if<std::uint64_t>(&*wait)) {
    goal.replies = *replies;
  } else if (const auto* time = std::get_if<Nanoseconds>(&*wait)) {
    goal.linger = *time;
  } else {
    goal.match = std::move(std::get<script::Matcher>(*wait));
    goal.replies = std::max<std::uint64_t>(flags.count, 1);
  }
  return {};
}

}  // namespace

void add_wait_flags(CLI::App& app, WaitFlags& flags) {
  const std::string group = "Wait";
  app.add_option("-w,--wait", flags.wait,
                 "Wait for N replies, for a time (5s), or for a reply that matches text:..., "
                 "re:..., json:{...} or ptr:/A=VALUE")
      ->type_name("WHAT")
      ->check(not_empty())
      ->take_last()
      ->group(group);
  app.add_flag("--no-wait", flags.no_wait, "Close as soon as all is sent")->group(group);
  add_parsed(app, "-n,--count", flags.count,
             [](std::string_view text) { return parse_integer(text, 1, 1'000'000'000'000); })
      ->description("Wait for N replies, or N that match --wait")
      ->type_name("N")
      ->group(group);
  app.add_flag("-1,--one-message", flags.one, "Same as --wait 1")->group(group);
  add_parsed(app, "--timeout", flags.timeout, parse_duration)
      ->description("Give up waiting for replies after this time (exit 28); 0 for never")
      ->type_name("DURATION")
      ->default_str("30s")
      ->group(group);
  app.add_option("--eof-wait", flags.eof_wait,
                 "Without --wait: close when nothing came for so long after the last message was "
                 "sent, or 'forever'")
      ->type_name("DURATION")
      ->capture_default_str()
      ->group(group);
}

Expected<session::Goal> make_goal(const WaitFlags& flags, session::Goal goal) {
  if (flags.no_wait && (!flags.wait.empty() || flags.count != 0 || flags.one)) {
    return fail(ErrorCode::usage, "--no-wait contradicts --wait, --count and -1");
  }
  if (auto set = set_wait(flags, goal); !set) {
    return std::unexpected(set.error());
  }
  goal.reply_timeout = flags.timeout;
  if (flags.no_wait) {
    goal.linger = Nanoseconds(0);
  } else if (flags.eof_wait != "forever") {
    const auto quiet = parse_duration(flags.eof_wait);
    if (!quiet) {
      return std::unexpected(quiet.error());
    }
    goal.quiet = *quiet;
  }
  return goal;
}

}  // namespace wskit::cli
