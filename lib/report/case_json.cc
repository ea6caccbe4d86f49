// SPDX-License-Identifier: MIT
#include "report/case_json.h"

#include <chrono>

#include "core/json.h"
#include "core/units.h"
#include "report/timestamp.h"

namespace wskit::report {
namespace {

constexpr int kTestVersion = 1;

Json number_or_null(std::uint32_t number) {
  return number == 0 ? Json(nullptr) : Json(number);
}

Json failure(const stats::CaseResult& result) {
  if (!result.failure) {
    return nullptr;
  }
  return {{"file", result.failure->file},
          {"line", number_or_null(result.failure->line)},
          {"column", number_or_null(result.failure->column)},
          {"message", result.failure->message},
          {"details", result.failure->details}};
}

Json one_case(const stats::CaseResult& result) {
  return {{"file", result.file},
          {"name", result.name},
          {"line", number_or_null(result.line)},
          {"repetition", number_or_null(result.repetition)},
          {"status", std::string(name(result.status))},
          {"duration_us", to_microseconds(result.duration)},
          {"failure", failure(result)}};
}

}  // namespace

std::string write_case_json(const stats::CaseRun& run) {
  const stats::CaseCounts counts = count_cases(run.cases);
  Json json{{"wskit_test", kTestVersion},
            {"start", format_timestamp(run.start)},
            {"duration_us", to_microseconds(run.duration)},
            {"seed", run.seed},
            {"command", run.command},
            {"version", run.version}};
  json["counts"] = {{"total", counts.total},
                    {"passed", counts.passed},
                    {"failed", counts.failed},
                    {"errored", counts.errored},
                    {"skipped", counts.skipped}};
  Json& cases = json["cases"] = Json::array();
  for (const stats::CaseResult& result : run.cases) {
    cases.push_back(one_case(result));
  }
  return dump_json(json, 1) + "\n";
}

}  // namespace wskit::report
