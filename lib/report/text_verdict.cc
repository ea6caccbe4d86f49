// SPDX-License-Identifier: MIT
#include "core/units.h"
#include "report/text_parts.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/text.h"
#include "report/units.h"

namespace wskit::report {
namespace {

using stats::RunResult;
using stats::ThresholdResult;

struct Line {
  Style style = Style::plain;
  std::string label;
  std::string text;
};

std::string_view unit_of(const RunResult& result) {
  return result.script ? "iteration" : "message";
}

std::string unfulfilled(const RunResult& result) {
  const auto& thresholds = result.verdict.thresholds;
  const auto failed = std::count_if(thresholds.begin(), thresholds.end(),
                                    [](const ThresholdResult& t) { return !t.ok; });
  return failed == 0 ? "" : fmt::format("{} of {}", failed, plural(thresholds.size(), "threshold"));
}

std::string no_errors(const RunResult& result) {
  const stats::Connections& connections = result.connections;
  const std::string messages = plural(result.counts.scheduled, unit_of(result));
  if (connections.opened >= connections.asked) {
    return fmt::format("{}, no errors", messages);
  }
  return fmt::format("{} of {} never opened; {}",
                     format_count(connections.asked - connections.opened),
                     plural(connections.asked, "connection"), messages);
}

/// The worst thing there is to say comes first and alone is the verdict.
Line verdict_line(const RunResult& result) {
  const stats::Counts& counts = result.counts;
  const std::string messages = plural(counts.scheduled, unit_of(result));
  if (!result.verdict.sums_hold) {
    return {Style::red, "BROKEN",
            "the counts do not add up: this is a bug in wskit, please report it"};
  }
  if (const std::string failed = unfulfilled(result); !failed.empty()) {
    return {Style::red, "FAILED", failed};
  }
  if (result.connections.asked != 0 && result.connections.opened == 0) {
    return {Style::red, "FAILED", "no connection could be opened"};
  }
  if (result.verdict.generator_limited) {
    return {Style::red, "GENERATOR-LIMITED",
            "these are figures of the load generator, not of the server"};
  }
  if (result.run.interrupted) {
    return {Style::yellow, "INTERRUPTED", fmt::format("{} until then", messages)};
  }
  if (counts.errors() != 0) {
    return {Style::yellow, "ERRORS",
            fmt::format("{} of {}, {}", format_count(counts.errors()), messages,
                        format_share(counts.errors(), counts.scheduled))};
  }
  if (!result.verdict.thresholds.empty()) {
    return {Style::green, "PASSED",
            fmt::format("{}, {}", plural(result.verdict.thresholds.size(), "threshold"),
                        no_errors(result))};
  }
  if (result.connections.opened < result.connections.asked) {
    return {Style::yellow, "ERRORS", no_errors(result)};
  }
  return {Style::green, "OK", no_errors(result)};
}

std::string describe_load(const RunResult& result) {
  const stats::RunDescription& run = result.run;
  if (run.model == stats::Model::open) {
    const std::string rate = run.stages.empty()
                                 ? fmt::format("{} messages/s", format_rate(run.rate))
                                 : fmt::format("stages {}", printable(run.stages));
    return fmt::format("open model, {}{}", rate, run.poisson ? ", Poisson arrivals" : "");
  }
  return result.script ? "closed model" : fmt::format("closed model, window {}", run.window);
}

std::string describe_run(const RunResult& result) {
  const stats::RunDescription& run = result.run;
  const std::string messages =
      result.script ? "" : fmt::format("{} bytes each, ", format_count(run.size_bytes));
  std::string text = fmt::format(
      "{}: {} over {}, {}{}, {}, {}", describe_load(result), format_seconds(run.duration_s),
      plural(run.connections, "connection"), messages, plural(run.threads, "thread"),
      printable(run.io), result.script ? "a script" : "match " + printable(run.match));
  if (run.tls) {
    text += fmt::format(", {}", printable(run.tls->version));
  }
  if (!run.subprotocol.empty()) {
    text += fmt::format(", subprotocol {}", printable(run.subprotocol));
  }
  if (!run.compression.empty()) {
    text += fmt::format(", {}", printable(run.compression));
  }
  if (result.warmup) {
    text += fmt::format(", after {} of warm-up", format_seconds(result.warmup->duration_s));
  }
  if (run.shard.count > 1) {
    text += fmt::format(", shard {} of {}", run.shard.index, run.shard.count);
  }
  return text;
}

std::string threshold_value(const ThresholdResult& threshold, bool unicode) {
  if (!threshold.value) {
    return printable(threshold.reason);
  }
  const double value = *threshold.value;
  if (threshold.unit == "us") {
    return format_latency(
        Nanoseconds(static_cast<Nanoseconds::rep>(value * kNanosecondsPerMicrosecond)), unicode);
  }
  if (threshold.unit == "ratio") {
    return fmt::format("{:.4g} %", value * kPercent);
  }
  return threshold.unit == "per_s" ? format_rate(value) + "/s"
                                   : format_count(static_cast<std::uint64_t>(value));
}

std::string thresholds_text(const RunResult& result, const TextOptions& options) {
  std::size_t width = 0;
  for (const ThresholdResult& threshold : result.verdict.thresholds) {
    width = std::max(width, columns_of(printable(threshold.expr)));
  }
  std::string out;
  for (const ThresholdResult& threshold : result.verdict.thresholds) {
    constexpr std::size_t kStatus = 4;
    const std::string status = threshold.ok ? "ok" : "FAIL";
    const std::string name = pad_right(printable(threshold.expr), width);
    const std::string value = wrap(threshold_value(threshold, options.unicode), options.width,
                                   2 + kStatus + 2 + width + 2);
    const std::string line = fmt::format("  {}  {}  {}", pad_right(status, kStatus), name, value);
    out += paint(line, threshold.ok ? Style::plain : Style::red, options) + "\n";
  }
  return out;
}

}  // namespace

std::vector<std::string> broken_thresholds(const RunResult& result) {
  std::vector<std::string> broken;
  for (const ThresholdResult& threshold : result.verdict.thresholds) {
    if (!threshold.ok) {
      broken.push_back(fmt::format("{} does not hold: {}", printable(threshold.expr),
                                   threshold_value(threshold, false)));
    }
  }
  return broken;
}

std::string verdict_text(const RunResult& result, const TextOptions& options) {
  const Line verdict = verdict_line(result);
  std::string out = paint(verdict.label, verdict.style, options) + "  " +
                    wrap(verdict.text, options.width, verdict.label.size() + 2) + "\n";
  if (result.verdict.generator_limited) {
    if (verdict.label != "GENERATOR-LIMITED") {
      out += paint("GENERATOR-LIMITED", Style::red, options) + "\n";
    }
    for (const std::string& reason : result.verdict.reasons) {
      out += paint("  " + wrap(printable(reason), options.width, 2), Style::red, options) + "\n";
    }
  }
  if (result.run.interrupted && verdict.label != "INTERRUPTED") {
    out += paint("INTERRUPTED", Style::yellow, options) + "\n";
  }
  out += thresholds_text(result, options);
  out += printable(result.run.url) + "\n";
  out += wrap(describe_run(result), options.width, 0) + "\n";
  return out;
}

}  // namespace wskit::report
