// SPDX-License-Identifier: MIT
#include "cli/script_options.h"

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "report/file.h"
#include "script/line_cursor.h"
#include "script/recorded_script.h"
#include "script/script_parser.h"

namespace wskit::cli {
namespace {

constexpr std::size_t kMaxScriptBytes = std::size_t{256} << 20;

std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

Expected<std::pair<std::string, std::string>> assignment(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  if (equals == std::string_view::npos || name.empty() ||
      script::name_length(name) != name.size()) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not NAME=VALUE", text));
  }
  return std::pair(std::string(name), std::string(text.substr(equals + 1)));
}

Expected<void> read_variable_file(const std::string& path, ScriptVariables& variables) {
  auto text = report::read_file(path, kMaxScriptBytes);
  if (!text) {
    return std::unexpected(std::move(text.error()));
  }
  std::string_view rest = *text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line.find_first_not_of(" \t") == std::string_view::npos || line.starts_with('#')) {
      continue;
    }
    auto pair = assignment(line);
    if (!pair) {
      return fail(ErrorCode::usage, fmt::format("{}:{}: {}", path, number, pair.error().message));
    }
    variables[pair->first] = std::move(pair->second);
  }
  return {};
}

}  // namespace

std::int64_t wall_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void add_script_options(CLI::App& app, ScriptOptions& options) {
  app.add_option("--var", options.variables, "NAME=VALUE for {{NAME}} (repeatable)")
      ->allow_extra_args(false)
      ->group("Script");
  app.add_option("--var-file", options.variable_files, "A file of NAME=VALUE lines (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group("Script");
}

Expected<ScriptVariables> read_variables(const ScriptOptions& options) {
  ScriptVariables variables;
  for (const std::string& file : options.variable_files) {
    if (auto read = read_variable_file(file, variables); !read) {
      return std::unexpected(std::move(read.error()));
    }
  }
  for (const std::string& text : options.variables) {
    auto pair = assignment(text);
    if (!pair) {
      return fail(ErrorCode::usage, "--var: " + pair.error().message);
    }
    variables[pair->first] = std::move(pair->second);
  }
  return variables;
}

Expected<script::Script> load_script(const std::string& file, const ScriptVariables& variables,
                                     ScriptSide side) {
  const auto read = [](const std::string& path) {
    return report::read_file(path, kMaxScriptBytes);
  };
  const auto text = read(file);
  if (!text) {
    return std::unexpected(text.error());
  }
  const bool has_url = side != ScriptSide::client;
  if (file.ends_with(".jsonl")) {
    auto recorded = script::script_of_recording(file, *text, has_url);
    return recorded ? Expected<script::Script>(*std::move(recorded))
                    : fail(ErrorCode::usage, recorded.error().describe());
  }
  auto parsed = script::parse_script(file, *text,
                                     {.variables = variables,
                                      .environment = environment,
                                      .read_file = read,
                                      .has_url = has_url,
                                      .server = side == ScriptSide::server,
                                      .any_environment = side == ScriptSide::reader});
  if (!parsed) {
    return fail(ErrorCode::usage, parsed.error().describe());
  }
  return *std::move(parsed);
}

}  // namespace wskit::cli
