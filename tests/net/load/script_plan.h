// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "load/plan.h"
#include "script/script_parser.h"
#include "tests/support/catch.h"

namespace wskit::test {

/// A plan whose connections play the first test of a script.
[[nodiscard]] inline load::Plan script_plan(const std::string& text, std::uint32_t connections) {
  auto parsed = script::parse_script(
      "t.wst", text,
      {.variables = {},
       .environment = [](const std::string&) { return std::optional<std::string>(); },
       .read_file = [](const std::string&) -> Expected<std::string> {
         return fail(ErrorCode::unreadable_file, "no files");
       },
       .has_url = true});
  INFO((parsed ? "" : parsed.error().describe()));
  REQUIRE(parsed);
  load::Plan plan{.connections = connections, .timeout = std::chrono::seconds(1), .seed = 1};
  plan.duration = std::chrono::hours(1);
  plan.script =
      load::ScriptPlan{.compiled = {std::make_shared<const script::Script>(*std::move(parsed))},
                       .test = 0,
                       .wall_clock = [] { return std::int64_t{1'700'000'000'000}; }};
  return plan;
}

}  // namespace wskit::test
