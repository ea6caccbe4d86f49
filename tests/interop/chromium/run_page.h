// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

namespace wskit::test {

/// What the page's window.finished gives, in a headless Chromium (run_page.py has the arguments).
/// The test is skipped where none is installed.
[[nodiscard]] inline Json run_page(const std::string& page,
                                   const std::vector<std::string>& arguments) {
  const std::string directory = WSKIT_CHROMIUM_DIRECTORY;
  std::vector<std::string> command{WSKIT_PYTHON, directory + "/run_page.py",
                                   directory + "/" + page};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process(command);
  const Exit exit = process.wait(std::chrono::seconds(90));
  constexpr int kNotInstalled = 77;
  if (exit.code == kNotInstalled) {
    skip(exit.err);
  }
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  return parse_json(exit.out).value();
}

}  // namespace wskit::test
