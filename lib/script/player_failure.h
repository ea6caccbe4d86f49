// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/error.h"
#include "script/script.h"

namespace wskit::script {

/// Why a test failed.
struct Failure {
  ErrorCode code = ErrorCode::unmet;
  Place place;
  /// In one line.
  std::string message;
  /// Messages that came and are not what was expected, the nearest first.
  struct Candidate {
    std::string message;
    std::string difference;
  };
  std::vector<Candidate> nearest;
  /// What is left unread, as far as it fits, and how much that is.
  std::vector<std::string> mailbox;
  std::size_t unread = 0;
};

/// Several lines for people: the script's line, the nearest candidates with their first
/// difference, the mailbox. Control characters are escaped, nothing else.
[[nodiscard]] std::string describe(const Script& script, const Failure& failure);

}  // namespace wskit::script
