// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "script/script.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// Since 1970 in UTC: the clock behind {{now}}.
[[nodiscard]] std::int64_t wall_milliseconds();

/// What all commands that play scripts are told of them, as it was typed.
struct ScriptOptions {
  std::vector<std::string> variables;
  std::vector<std::string> variable_files;
};

/// --var and --var-file.
void add_script_options(CLI::App& app, ScriptOptions& options);

using ScriptVariables = std::map<std::string, std::string>;

/// The variables of --var and --var-file, the latter first. Fails with ErrorCode::usage and the
/// line, or ErrorCode::unreadable_file.
[[nodiscard]] Expected<ScriptVariables> read_variables(const ScriptOptions& options);

/// Who plays a script: a client of the URL that it names, one that has a URL, or a server. A reader
/// plays nothing: it needs no URL and no environment.
enum class ScriptSide : std::uint8_t { client, any_client, server, reader };

/// Reads and understands one script. Fails with ErrorCode::usage and describe(), several lines, or
/// with ErrorCode::unreadable_file.
[[nodiscard]] Expected<script::Script> load_script(const std::string& file,
                                                   const ScriptVariables& variables,
                                                   ScriptSide side);

}  // namespace wskit::cli
