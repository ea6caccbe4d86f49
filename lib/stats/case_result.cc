// SPDX-License-Identifier: MIT
#include "stats/case_result.h"

#include <utility>

namespace wskit::stats {

std::string_view name(CaseStatus status) {
  switch (status) {
    case CaseStatus::passed:
      return "passed";
    case CaseStatus::failed:
      return "failed";
    case CaseStatus::errored:
      return "errored";
    case CaseStatus::skipped:
      return "skipped";
  }
  std::unreachable();
}

CaseCounts count_cases(const std::vector<CaseResult>& cases) {
  CaseCounts counts;
  counts.total = cases.size();
  for (const CaseResult& result : cases) {
    counts.passed += result.status == CaseStatus::passed ? 1U : 0U;
    counts.failed += result.status == CaseStatus::failed ? 1U : 0U;
    counts.errored += result.status == CaseStatus::errored ? 1U : 0U;
    counts.skipped += result.status == CaseStatus::skipped ? 1U : 0U;
  }
  return counts;
}

std::string full_name(const CaseResult& result) {
  return result.repetition == 0
             ? result.name
             : result.name + " (repetition " + std::to_string(result.repetition) + ")";
}

}  // namespace wskit::stats
