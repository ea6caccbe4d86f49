// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <string>

#include "report/file.h"
#include "tests/support/catch.h"

namespace wskit::test {

/// Compares what is written today with a file of this directory. After a wanted change, run with
/// WSKIT_UPDATE_GOLDEN=1 and read the diff before committing it.
inline void check_golden(const std::string& name, const std::string& actual) {
  constexpr std::size_t kMaxBytes = 10'000'000;
  const std::string path = std::string(WSKIT_GOLDEN_DIR "/").append(name);
  if (std::getenv("WSKIT_UPDATE_GOLDEN") != nullptr) {
    REQUIRE(report::write_file(path, actual).has_value());
  }
  const auto expected = report::read_file(path, kMaxBytes);
  REQUIRE(expected.has_value());
  CHECK(actual == *expected);
}

}  // namespace wskit::test
