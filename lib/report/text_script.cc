// SPDX-License-Identifier: MIT
#include "report/text_parts.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "report/units.h"

namespace wskit::report {
namespace {

using stats::ScriptResult;
using stats::StepResult;

constexpr std::size_t kPlayedWidth = 10;

std::string name_of(const StepResult& step) {
  return step.name.empty() ? "(unnamed)" : printable(step.name);
}

/// What fits: a narrow terminal has less room for names, and no 90 %.
struct Layout {
  explicit Layout(std::size_t width) : narrow(width < 72), name(narrow ? 8 : 16) {
    cell = std::min<std::size_t>((width - 2 - name - 2 * kPlayedWidth) / percentiles().size(), 11);
  }
  [[nodiscard]] std::span<const double> percentiles() const {
    static constexpr std::array kAll{50.0, 90.0, 99.0, 100.0};
    static constexpr std::array kFewer{50.0, 99.0, 100.0};
    return narrow ? std::span<const double>(kFewer) : kAll;
  }

  bool narrow;
  std::size_t name;
  std::size_t cell = 0;
};

std::string step_row(const StepResult& step, const Layout& layout, const TextOptions& options) {
  const std::string name = name_of(step);
  std::string out = "  " + pad_right(name, layout.name);
  if (columns_of(name) > layout.name) {
    out += "\n  " + std::string(layout.name, ' ');
  }
  const stats::Histogram& played = step.metric.answered();
  out += pad_left(format_count(played.count() + played.overflow()), kPlayedWidth);
  for (const double percentile : layout.percentiles()) {
    const std::string value =
        played.count() == 0 ? "- " : percentile_text(step.metric.percentile(percentile), options);
    out += pad_left(value, layout.cell);
  }
  const std::uint64_t failed = step.failed();
  const std::string failures = pad_left(format_count(failed), kPlayedWidth);
  return out + (failed == 0 ? failures : paint(failures, Style::red, options)) + "\n";
}

std::string steps_table(const ScriptResult& script, const TextOptions& options) {
  const Layout layout(options.width);
  std::string out = "  " + pad_right("", layout.name);
  out += paint(pad_left("count", kPlayedWidth), Style::bold, options);
  for (const double percentile : layout.percentiles()) {
    const std::string title = percentile == 100 ? "max " : fmt::format("{:g} % ", percentile);
    out += paint(pad_left(title, layout.cell), Style::bold, options);
  }
  out += paint(pad_left("failures", kPlayedWidth), Style::bold, options) + "\n";
  for (const StepResult& step : script.steps) {
    out += step_row(step, layout, options);
  }
  return out;
}

std::string failures_text(const ScriptResult& script, const TextOptions& options) {
  std::string out;
  for (const StepResult& step : script.steps) {
    for (const auto& [cause, count] : step.failures) {
      out += "  " + paint(pad_left(format_count(count), kPlayedWidth), Style::red, options) + "  " +
             printable(cause) + " in " + name_of(step) + "\n";
    }
  }
  if (script.first_failure.empty()) {
    return out;
  }
  out += "  the first:\n";
  std::string_view rest = script.first_failure;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out += "    " + printable(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

}  // namespace

std::string script_text(const stats::RunResult& result, const TextOptions& options) {
  if (!result.script) {
    return {};
  }
  const ScriptResult& script = *result.script;
  std::string out = heading("Script", options);
  const std::string what =
      fmt::format("{}, test {}", printable(script.file), printable(script.test));
  const std::string iterations = fmt::format(
      "{} iterations started: {} completed, {} failed, {} cut off", format_count(script.started),
      format_count(script.completed), format_count(script.failed), format_count(script.cut_off));
  for (const std::string& line : {what, iterations}) {
    out += "  " + wrap(line, options.width, 2) + "\n";
  }
  if (!script.steps.empty()) {
    out += steps_table(script, options);
  }
  return out + failures_text(script, options);
}

}  // namespace wskit::report
