// SPDX-License-Identifier: MIT
#include "report/case_text.h"

#include <iterator>

#include <fmt/format.h>

#include "core/parse.h"
#include "report/lines.h"

namespace wskit::report {
namespace {

struct Verdict {
  std::string_view mark;
  std::string_view plain_mark;
  Style style;
};

Verdict verdict_of(stats::CaseStatus status) {
  switch (status) {
    case stats::CaseStatus::passed:
      return {.mark = "\u2713", .plain_mark = "ok", .style = Style::green};
    case stats::CaseStatus::skipped:
      return {.mark = "-", .plain_mark = "skipped", .style = Style::dim};
    default:
      return {.mark = "\u2717", .plain_mark = "FAILED", .style = Style::red};
  }
}

std::string rounded(Nanoseconds duration) {
  return duration < std::chrono::milliseconds(10)
             ? format_duration(std::chrono::round<std::chrono::microseconds>(duration))
             : format_duration(std::chrono::round<std::chrono::milliseconds>(duration));
}

}  // namespace

std::string write_case(const stats::CaseResult& result, const TextOptions& options) {
  const Verdict verdict = verdict_of(result.status);
  std::string text = fmt::format(
      "{} {}: {}",
      paint(options.unicode ? verdict.mark : verdict.plain_mark, verdict.style, options),
      printable(result.file), printable(stats::full_name(result)));
  if (result.status != stats::CaseStatus::skipped) {
    text += paint(fmt::format(" ({})", rounded(result.duration)), Style::dim, options);
  }
  text += '\n';
  if (result.failure) {
    text += "    " + paint(printable(result.failure->message), verdict.style, options) + '\n';
    for (const std::string& line : portable_lines(result.failure->details)) {
      text += line.empty() ? "\n" : "    " + line + '\n';
    }
  }
  return text;
}

std::string write_case_summary(const stats::CaseRun& run, bool with_seed,
                               const TextOptions& options) {
  const stats::CaseCounts counts = stats::count_cases(run.cases);
  const bool good = counts.failed + counts.errored == 0;
  std::string text = fmt::format("{} test{}: {} passed", counts.total, counts.total == 1 ? "" : "s",
                                 counts.passed);
  const auto add = [&text](std::size_t count, std::string_view what) {
    if (count > 0) {
      text += fmt::format(", {} {}", count, what);
    }
  };
  add(counts.failed, "failed");
  add(counts.errored, "errored");
  add(counts.skipped, "skipped");
  text = paint(text, good ? Style::green : Style::red, options);
  text += fmt::format(" in {}", rounded(run.duration));
  if (with_seed || !good) {
    text += fmt::format(" (--seed {})", run.seed);
  }
  return text + '\n';
}

}  // namespace wskit::report
