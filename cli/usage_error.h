// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace wskit::cli {

/// What is wrong with the command line, in one line: the command that it was meant for, what it did
/// not take, the known word nearest to that, and where the help is. `app` has parsed as far as it
/// came.
[[nodiscard]] std::string usage_error(const CLI::App& app, const CLI::ParseError& error);

/// Whether --help was given to a command that there is not: a usage error, too.
[[nodiscard]] bool asks_for_help_of_unknown(const CLI::App& app, const CLI::ParseError& error);

}  // namespace wskit::cli
