// SPDX-License-Identifier: MIT
#include "load/script_plan.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>

namespace wskit::load {
namespace {

using script::Step;

std::string_view why_not(const Step& step) {
  if (std::holds_alternative<script::HttpStep>(step.kind)) {
    return "http steps are not for load tests: put a login's result into --var";
  }
  if (std::holds_alternative<script::ConnectStep>(step.kind) ||
      std::holds_alternative<script::ExpectOpenStep>(step.kind)) {
    return "connect, reconnect, < open and < refused are not for load tests: connections are open "
           "before the first iteration";
  }
  return {};
}

// The first step that a load test cannot play, those of blocks included.
const Step* unplayable_step(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    const auto* repeat = std::get_if<script::RepeatStep>(&step.kind);
    const Step* const found = !why_not(step).empty() ? &step
                              : repeat != nullptr    ? unplayable_step(repeat->steps)
                                                     : nullptr;
    if (found != nullptr) {
      return found;
    }
  }
  return nullptr;
}

Expected<void> check_steps(const script::Script& script, const std::vector<Step>& steps) {
  if (const Step* step = unplayable_step(steps)) {
    return fail(ErrorCode::usage, fmt::format("{}:{}: {}", script.files[step->place.file],
                                              step->place.line, why_not(*step)));
  }
  return {};
}

void note_names(const std::vector<Step>& steps, std::vector<bool>& named) {
  for (const Step& step : steps) {
    if (const auto* name = std::get_if<script::NameStep>(&step.kind)) {
      named[name->name] = true;
    } else if (const auto* repeat = std::get_if<script::RepeatStep>(&step.kind)) {
      note_names(repeat->steps, named);
    }
  }
}

}  // namespace

Expected<void> check_playable(const script::Script& script, const script::Test& test) {
  if (test.clients.size() != 1) {
    return fail(ErrorCode::usage,
                fmt::format("{}:{}: the test has {} clients: in a load test each connection plays "
                            "it alone",
                            script.files[test.place.file], test.place.line, test.clients.size()));
  }
  return check_steps(script, test.steps);
}

stats::ScriptResult empty_result(const ScriptPlan& plan, const stats::HistogramConfig& histogram) {
  const script::Script& script = *plan.compiled.front();
  stats::ScriptResult result{.file = script.files.front(), .test = script.tests[plan.test].name};
  result.steps.push_back({.name = {}, .metric = stats::Metric(histogram), .failures = {}});
  for (const std::string& name : script.step_names) {
    result.steps.push_back({.name = name, .metric = stats::Metric(histogram), .failures = {}});
  }
  return result;
}

void remove_unused_steps(stats::ScriptResult& result, const ScriptPlan& plan) {
  const script::Script& script = *plan.compiled.front();
  std::vector<bool> named(script.step_names.size());
  note_names(script.tests[plan.test].steps, named);
  for (std::size_t i = result.steps.size(); i-- > 0;) {
    const stats::StepResult& step = result.steps[i];
    if ((i == 0 || !named[i - 1]) && step.failures.empty() && step.metric.empty()) {
      result.steps.erase(result.steps.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

}  // namespace wskit::load
