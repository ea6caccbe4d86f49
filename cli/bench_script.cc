// SPDX-License-Identifier: MIT
#include "cli/bench_script.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"
#include "cli/script_options.h"
#include "script/player.h"
#include "script/values.h"

namespace wskit::cli {
namespace {

/// What says how messages of the generator's own are made, sent and matched.
constexpr std::array kOthers{"--rate",   "--stages",  "--poisson",       "--window",
                             "--size",   "--payload", "--payload-jsonl", "--text",
                             "--binary", "--match",   "--late",          "--on-close"};

Expected<std::size_t> find_test(const script::Script& script, const std::string& name) {
  if (name.empty()) {
    if (script.tests.size() == 1) {
      return 0;
    }
    return fail(
        ErrorCode::usage,
        script.tests.empty()
            ? fmt::format("{} has no test", script.files.front())
            : fmt::format("{} has {} tests: name one with --test, as --test '{}'",
                          script.files.front(), script.tests.size(), script.tests.front().name));
  }
  const auto found = std::ranges::find(script.tests, name, &script::Test::name);
  if (found == script.tests.end()) {
    return fail(ErrorCode::usage, fmt::format("{} has no test '{}'", script.files.front(), name));
  }
  return static_cast<std::size_t>(found - script.tests.begin());
}

using Levels = std::array<const script::Directives*, 3>;

Expected<void> check_alike(const Levels& levels) {
  for (const script::Directives* level : levels) {
    const auto varying = std::ranges::find_if(
        level->headers, [](const auto& header) { return header.value.varies(); });
    if (varying != level->headers.end()) {
      return fail(ErrorCode::usage,
                  fmt::format("header {}: in a load test all connections ask for the same: only "
                              "variables of --var and the environment may stand in it",
                              varying->name));
    }
  }
  return {};
}

/// The script's headers and subprotocols; the URL is the command line's.
Expected<void> add_directives(const script::Script& script, const script::Test& test,
                              ConnectOptions& connect) {
  const Levels levels{&script.head, &test.directives, &test.clients.front().directives};
  if (auto alike = check_alike(levels); !alike) {
    return alike;
  }
  script::Values values({.names = &script.variables, .initial = &script.initial_values});
  const auto request = script::opening_request(levels, connect.url, values);
  if (!request) {
    return fail(ErrorCode::usage, request.error().message);
  }
  for (const wire::Header& header : request->headers) {
    connect.headers.push_back(fmt::format("{}: {}", header.name, header.value));
  }
  if (!request->subprotocols.empty()) {
    connect.subprotocols = request->subprotocols;
  }
  return {};
}

}  // namespace

void add_bench_script_options(CLI::App& app, BenchScriptOptions& options) {
  const std::string group = "Script";
  auto* file = app.add_option("--script", options.file,
                              "Play this script's test in a loop instead of sending messages: -n "
                              "and the latencies are of its iterations")
                   ->type_name("FILE")
                   ->check(not_empty())
                   ->group(group);
  for (const char* const other : kOthers) {
    file->excludes(app.get_option(other));
  }
  app.add_option("--test", options.test, "Which of the script's tests, if it has several")
      ->type_name("NAME")
      ->check(not_empty())
      ->needs(file)
      ->group(group);
  add_script_options(app, options.script);
  for (const char* const variables : {"--var", "--var-file"}) {
    app.get_option(variables)->needs(file);
  }
}

Expected<load::ScriptPlan> make_script_plan(const BenchScriptOptions& options,
                                            std::uint32_t threads, ConnectOptions& connect) {
  const auto variables = read_variables(options.script);
  if (!variables) {
    return std::unexpected(variables.error());
  }
  load::ScriptPlan plan{.wall_clock = wall_milliseconds};
  for (std::uint32_t i = 0; i < threads; ++i) {
    auto script = load_script(options.file, *variables, ScriptSide::any_client);
    if (!script) {
      return std::unexpected(std::move(script.error()));
    }
    plan.compiled.push_back(std::make_shared<const script::Script>(*std::move(script)));
  }
  const script::Script& script = *plan.compiled.front();
  const auto test = find_test(script, options.test);
  if (!test) {
    return std::unexpected(test.error());
  }
  plan.test = *test;
  if (auto playable = load::check_playable(script, script.tests[*test]); !playable) {
    return std::unexpected(std::move(playable.error()));
  }
  if (auto added = add_directives(script, script.tests[*test], connect); !added) {
    return std::unexpected(std::move(added.error()));
  }
  return plan;
}

}  // namespace wskit::cli
