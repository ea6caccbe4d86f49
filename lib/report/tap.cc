// SPDX-License-Identifier: MIT
#include "report/tap.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "report/lines.h"

namespace wskit::report {
namespace {

/// Text behind a test point's number: "#" would begin a directive.
std::string description(std::string_view text) {
  std::string out;
  for (const char c : portable_line(text)) {
    out += c == '#' || c == '\\' ? std::string{'\\', c} : std::string{c};
  }
  return out;
}

/// A YAML string in single quotes, in which a backslash is one.
std::string yaml_quoted(std::string_view line) {
  std::string out = "'";
  for (const char c : line) {
    out.append(c == '\'' ? 2 : 1, c);
  }
  return out + "'";
}

/// A YAML block, which the reader of perl's prove takes, too: blank lines are indented as the
/// others are, and the first line gives up what it is indented.
std::string block(const std::vector<std::string>& lines) {
  const auto is_blank = [](const std::string& line) {
    return line.find_first_not_of(' ') == std::string::npos;
  };
  const auto first = std::ranges::find_if_not(lines, is_blank);
  std::string out;
  for (auto line = first; line != lines.end(); ++line) {
    const std::size_t begin = line == first ? line->find_first_not_of(' ') : 0;
    out += "    " + (is_blank(*line) ? "" : line->substr(begin)) + "\n";
  }
  return out.empty() ? "" : "  details: |\n" + out;
}

std::string diagnosis(const stats::CaseResult& result) {
  std::string out = "  ---\n";
  if (result.failure && result.status != stats::CaseStatus::skipped) {
    const stats::CaseFailure& failure = *result.failure;
    out += fmt::format("  message: {}\n  severity: {}\n  at:\n    file: {}\n",
                       yaml_quoted(portable_line(failure.message)),
                       result.status == stats::CaseStatus::failed ? "fail" : "error",
                       yaml_quoted(portable_line(failure.file)));
    out += failure.line == 0 ? "" : fmt::format("    line: {}\n", failure.line);
    out += failure.column == 0 ? "" : fmt::format("    column: {}\n", failure.column);
    out += block(portable_lines(failure.details));
  }
  const auto milliseconds = std::chrono::duration<double, std::milli>(result.duration);
  return out + fmt::format("  duration_ms: {:.3f}\n  ...\n", milliseconds.count());
}

std::string test_point(const stats::CaseResult& result, std::size_t number) {
  const bool skipped = result.status == stats::CaseStatus::skipped;
  const bool ok = skipped || result.status == stats::CaseStatus::passed;
  std::string out = fmt::format("{} {} - {}: {}", ok ? "ok" : "not ok", number,
                                description(result.file), description(full_name(result)));
  if (skipped) {
    out += " # SKIP";
    out += result.failure ? " " + description(result.failure->message) : "";
  }
  return out + '\n' + diagnosis(result);
}

}  // namespace

std::string write_tap(const stats::CaseRun& run) {
  std::string out = fmt::format("TAP version 14\n1..{}\n# {}\n# seed {}\n", run.cases.size(),
                                portable_line(run.command), run.seed);
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    out += test_point(run.cases[i], i + 1);
  }
  return out;
}

}  // namespace wskit::report
