// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace wskit::cli {

/// --json: where the result goes.
void add_json_option(CLI::App& app, std::string& file, const std::string& group);

/// --color of a report.
void add_color_option(CLI::App& app, std::string& color, const std::string& group);

}  // namespace wskit::cli
