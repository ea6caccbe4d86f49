// SPDX-License-Identifier: MIT
#include "report/github.h"

#include <string_view>

#include <fmt/format.h>

#include "report/lines.h"

namespace wskit::report {
namespace {

/// As actions/toolkit writes them.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    out += special.find(c) == std::string_view::npos
               ? std::string{c}
               : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string property(std::string_view text) {
  return escaped(portable_line(text), "%\r\n:,");
}

std::string annotation(const stats::CaseResult& result, const stats::CaseFailure& failure) {
  std::string out = "::error file=" + property(failure.file);
  out += failure.line == 0 ? "" : fmt::format(",line={}", failure.line);
  out += failure.line == 0 || failure.column == 0 ? "" : fmt::format(",col={}", failure.column);
  out += ",title=" + property(full_name(result)) + "::";
  std::string text = portable_line(failure.message);
  for (const std::string& line : portable_lines(failure.details)) {
    text += "\n" + line;
  }
  return out + escaped(text, "%\r\n") + "\n";
}

}  // namespace

std::string github_annotations(const stats::CaseRun& run) {
  std::string out;
  for (const stats::CaseResult& result : run.cases) {
    if (result.status == stats::CaseStatus::failed || result.status == stats::CaseStatus::errored) {
      const stats::CaseFailure unknown{.file = result.file, .line = result.line};
      out += annotation(result, result.failure.value_or(unknown));
    }
  }
  return out;
}

}  // namespace wskit::report
