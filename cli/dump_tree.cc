// SPDX-License-Identifier: MIT
#include "cli/dump_tree.h"

#include <string>
#include <utility>

#include <CLI/CLI.hpp>

namespace wskit::cli {
namespace {

Json names(const CLI::Option& option) {
  Json names = Json::array();
  for (const std::string& name : option.get_snames()) {
    names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    names.push_back("--" + name);
  }
  return names;
}

Json describe(const CLI::Option& option) {
  return {{"names", names(option)},
          {"positional", option.get_positional() ? option.get_name(true) : ""},
          {"description", option.get_description()},
          {"group", option.get_group()},
          // The name of the type, then a colon and the description of each validator.
          {"type", option.get_type_name()},
          {"default", option.get_default_str()},
          {"environment", option.get_envname()},
          {"takes_value", option.get_items_expected_max() > 0},
          {"required", option.get_required()},
          {"repeatable", option.get_expected_max() > 1}};
}

}  // namespace

Json dump_tree(const CLI::App& app) {
  Json options = Json::array();
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) {
      options.push_back(describe(*option));
    }
  }
  Json subcommands = Json::array();
  const auto visible = [](const CLI::App* command) { return !command->get_group().empty(); };
  for (const CLI::App* command : app.get_subcommands(visible)) {
    subcommands.push_back(dump_tree(*command));
  }
  return {{"name", app.get_name()},
          {"description", app.get_description()},
          {"options", std::move(options)},
          {"subcommands", std::move(subcommands)}};
}

void add_dump_option(CLI::App& app) {
  const auto dump = [&app] {
    // As --help does it: main() prints the text of what is thrown.
    throw CLI::CallForVersion(dump_json(dump_tree(app), 1), 0);
  };
  app.add_flag_callback("--dump-options", dump)->group("");
}

}  // namespace wskit::cli
