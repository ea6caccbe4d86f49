// SPDX-License-Identifier: MIT
#include "report/junit.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/units.h"
#include "report/lines.h"
#include "report/timestamp.h"

namespace wskit::report {
namespace {

using stats::CaseResult;
using stats::CaseRun;
using stats::CaseStatus;

/// Of "2026-08-22T10:00:00.250000000Z": not every reader takes the fraction.
constexpr std::size_t kToTheSecond = 19;

std::string attribute(std::string_view name, std::string_view value) {
  std::string text = portable_line(value);
  replace_all(text, "&", "&amp;");
  replace_all(text, "<", "&lt;");
  replace_all(text, ">", "&gt;");
  replace_all(text, "\"", "&quot;");
  return fmt::format(" {}=\"{}\"", name, text);
}

/// Of portable text.
std::string character_data(std::string text) {
  replace_all(text, "]]>", "]]]]><![CDATA[>");
  return "<![CDATA[" + text + "]]>";
}

std::string seconds_text(Nanoseconds time) {
  return fmt::format("{:.6f}", to_seconds(time));
}

/// "a/b.wst" as "a.b": readers part it at its dots, into packages and a class.
std::string class_name(std::string_view file) {
  const std::size_t begin = std::min(file.find_first_not_of("./"), file.size());
  std::string name(file.substr(begin));
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos && name.find('/', dot) == std::string::npos) {
    name.resize(dot);
  }
  std::ranges::replace(name, '/', '.');
  return name;
}

std::string outcome(const CaseResult& result) {
  const stats::CaseFailure failure = result.failure.value_or(stats::CaseFailure{});
  const std::string message = portable_line(failure.message);
  if (result.status == CaseStatus::skipped) {
    return message.empty() ? "      <skipped/>\n"
                           : "      <skipped>" + character_data(message) + "</skipped>\n";
  }
  const bool failed = result.status == CaseStatus::failed;
  std::string text = portable_line(failure.file);
  text += failure.line == 0 ? "" : fmt::format(":{}", failure.line);
  text += failure.line == 0 || failure.column == 0 ? "" : fmt::format(":{}", failure.column);
  text += ": " + message;
  for (const std::string& line : portable_lines(failure.details)) {
    text += "\n" + line;
  }
  const std::string_view element = failed ? "failure" : "error";
  return fmt::format("      <{}{}{}>{}</{}>\n", element, attribute("message", message),
                     attribute("type", element), character_data(text), element);
}

std::string test_case(const CaseResult& result) {
  std::string out = "    <testcase";
  out += attribute("classname", class_name(result.file));
  out += attribute("name", full_name(result));
  out += attribute("time", seconds_text(result.duration));
  out += attribute("file", result.file);
  out += result.line == 0 ? "" : attribute("line", std::to_string(result.line));
  if (result.status == CaseStatus::passed) {
    return out + "/>\n";
  }
  return out + ">\n" + outcome(result) + "    </testcase>\n";
}

std::string properties(const CaseRun& run) {
  const auto property = [](std::string_view name, std::string_view value) {
    return "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
  };
  return "    <properties>\n" + property("seed", std::to_string(run.seed)) +
         property("command", run.command) + property("wskit", run.version) + "    </properties>\n";
}

std::string tallies(const std::vector<CaseResult>& cases) {
  const stats::CaseCounts counts = count_cases(cases);
  return attribute("tests", std::to_string(counts.total)) +
         attribute("failures", std::to_string(counts.failed)) +
         attribute("errors", std::to_string(counts.errored));
}

std::string suite(const CaseRun& run, const std::vector<CaseResult>& cases) {
  Nanoseconds time{0};
  std::string inside;
  for (const CaseResult& result : cases) {
    time += result.duration;
    inside += test_case(result);
  }
  return "  <testsuite" + attribute("name", cases.front().file) + tallies(cases) +
         attribute("skipped", std::to_string(count_cases(cases).skipped)) +
         attribute("time", seconds_text(time)) +
         attribute("timestamp", format_timestamp(run.start).substr(0, kToTheSecond) + "Z") + ">\n" +
         properties(run) + inside + "  </testsuite>\n";
}

/// The cases of each file, files in the order of their first one.
std::vector<std::vector<CaseResult>> by_file(const std::vector<CaseResult>& cases) {
  std::vector<std::vector<CaseResult>> suites;
  for (const CaseResult& result : cases) {
    auto same = std::ranges::find_if(
        suites, [&result](const auto& held) { return held.front().file == result.file; });
    if (same == suites.end()) {
      same = suites.emplace(suites.end());
    }
    same->push_back(result);
  }
  return suites;
}

}  // namespace

std::string write_junit(const CaseRun& run) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                    attribute("name", "wskit test") + tallies(run.cases) +
                    attribute("time", seconds_text(run.duration)) + ">\n";
  for (const std::vector<CaseResult>& cases : by_file(run.cases)) {
    out += suite(run, cases);
  }
  return out + "</testsuites>\n";
}

}  // namespace wskit::report
