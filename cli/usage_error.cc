// SPDX-License-Identifier: MIT
#include "cli/usage_error.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "report/terminal.h"

namespace wskit::cli {
namespace {

/// Levenshtein's distance: insertions, deletions and replacements of one character.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = i;
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + static_cast<std::size_t>(from[i] != to[j]);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

/// " (did you mean X?)" for a word that is a few slips of the fingers away from X.
std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::size_t most = 1 + word.size() / 3;
  const auto nearer = [word](const std::string& a, const std::string& b) {
    return distance(word, a) < distance(word, b);
  };
  const auto nearest = std::ranges::min_element(known, nearer);
  if (nearest == known.end() || distance(word, *nearest) > most) {
    return {};
  }
  return fmt::format(" (did you mean {}?)", *nearest);
}

/// The innermost command that was recognised.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
  }
  return *command;
}

std::string full_name(const CLI::App& command) {
  const CLI::App* const parent = command.get_parent();
  return parent == nullptr ? command.get_name()
                           : fmt::format("{} {}", full_name(*parent), command.get_name());
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* const subcommand : command.get_subcommands({})) {
    names.push_back(subcommand->get_name());
  }
  return names;
}

/// For "--loop 3": a flag that can have a number takes it behind "=" only, so that 3 was taken for
/// something else.
std::string hint_at_number(const CLI::App& command, const std::vector<std::string>& left) {
  const auto is_number = [](const std::string& word) {
    return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
  };
  std::vector<std::string> words = left;
  std::string flag;
  for (const CLI::Option* const option : command.get_options()) {
    const auto& names = option->get_lnames();
    if (option->get_positional() && option->count() > 0) {
      words.push_back(option->results().front());
    } else if (option->count() > 0 && !names.empty() && option->get_expected_max() == 0 &&
               option->get_flag_value(names.front(), "") == "-1") {
      flag = names.front();
    }
  }
  const auto number = std::ranges::find_if(words, is_number);
  return flag.empty() || number == words.end()
             ? std::string()
             : fmt::format("; --{0} takes a number as --{0}={1}", flag, *number);
}

std::string describe_left_over(const CLI::App& command, const std::vector<std::string>& left) {
  const auto option = std::ranges::find_if(
      left, [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); });
  if (option != left.end()) {
    const std::string name = option->substr(0, option->find('='));
    return fmt::format("unknown option {}{}", report::printable(name),
                       suggestion(name, option_names(command)));
  }
  const std::string& word = left.front();
  const auto commands = command_names(command);
  if (!commands.empty()) {
    return fmt::format("unknown command '{}'{}", report::printable(word),
                       suggestion(word, commands));
  }
  return fmt::format("'{}' is one argument too many{}", report::printable(word),
                     hint_at_number(command, left));
}

bool is_any_of(const CLI::ParseError& error, std::initializer_list<CLI::ExitCodes> codes) {
  return std::ranges::any_of(
      codes, [&](CLI::ExitCodes code) { return error.get_exit_code() == static_cast<int>(code); });
}

/// For "wskit serve" alone: what there is to choose from.
std::string describe_missing(const CLI::App& command, const CLI::ParseError& error) {
  const auto commands = command_names(command);
  return commands.empty() || !is_any_of(error, {CLI::ExitCodes::RequiredError})
             ? std::string(error.what())
             : fmt::format("name a command: {}", fmt::join(commands, ", "));
}

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &innermost(app);
  if (command->remaining().empty() && !app.remaining().empty()) {
    command = &app;
  }
  const std::vector<std::string> left = command->remaining();
  // What was not taken is the cause of what is missing, if both are so.
  const bool left_over =
      !left.empty() && is_any_of(error, {CLI::ExitCodes::ExtrasError, CLI::ExitCodes::RequiredError,
                                         CLI::ExitCodes::Success});
  const std::string name = full_name(*command);
  return fmt::format(
      "{}: {}; try {} --help\n", name,
      left_over ? describe_left_over(*command, left) : describe_missing(*command, error), name);
}

bool asks_for_help_of_unknown(const CLI::App& app, const CLI::ParseError& error) {
  return error.get_name() == "CallForHelp" && app.get_subcommands().empty() &&
         !app.remaining().empty();
}

}  // namespace wskit::cli
