// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "stats/run_result.h"

namespace wskit::stats {

/// Failed: an expectation was not met. Errored: it could not be tried, or broke off (a connection
/// that failed, a script that met a limit). Skipped: not run.
enum class CaseStatus : std::uint8_t { passed, failed, errored, skipped };

/// "passed", "failed", "errored" or "skipped": stable, the word in result files.
[[nodiscard]] std::string_view name(CaseStatus status);

/// Why a case did not pass. Texts may have any bytes; reports make them safe.
struct CaseFailure {
  std::string file;
  std::uint32_t line = 0;    ///< From 1; 0 when it is not about a line.
  std::uint32_t column = 0;  ///< From 1; 0 when it is not known.
  std::string message;       ///< One line.
  std::string details;       ///< Any number of lines; may be empty.
};

/// What became of one `test` of a script.
struct CaseResult {
  std::string file;  ///< As it was named on the command line.
  std::string name;
  std::uint32_t line = 0;        ///< Where the case begins, from 1; 0 when it is not known.
  std::uint32_t repetition = 0;  ///< From 1; 0 when nothing is repeated.
  Nanoseconds duration{0};
  CaseStatus status = CaseStatus::passed;
  std::optional<CaseFailure> failure;  ///< Absent when passed; of a skipped one the reason, if any.
};

/// What `wskit test` found out: the content of its JSON ("wskit_test": 1).
struct CaseRun {
  WallClock start;
  Nanoseconds duration{0};
  std::uint64_t seed = 0;
  std::string command;  ///< The command line, as it can be typed again.
  std::string version;  ///< Of wskit.
  std::vector<CaseResult> cases;
};

struct CaseCounts {
  std::size_t total = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t errored = 0;
  std::size_t skipped = 0;
};

[[nodiscard]] CaseCounts count_cases(const std::vector<CaseResult>& cases);

/// The case's name, with the repetition if there is one: "login (repetition 2)".
[[nodiscard]] std::string full_name(const CaseResult& result);

}  // namespace wskit::stats
