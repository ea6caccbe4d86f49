// SPDX-License-Identifier: MIT
#include "cli/output_options.h"

#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"

namespace wskit::cli {

void add_json_option(CLI::App& app, std::string& file, const std::string& group) {
  app.add_option("--json", file, "Write the result to FILE; - for standard output")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
}

void add_color_option(CLI::App& app, std::string& color, const std::string& group) {
  app.add_option("--color", color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str()
      ->group(group);
}

}  // namespace wskit::cli
