// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

namespace wskit::test {

/// What one of the programs here that use a headless Chromium prints, with its arguments. The test
/// is skipped where none is installed.
[[nodiscard]] inline Json run_browser(std::vector<std::string> command) {
  command.front() = std::string(WSKIT_CHROMIUM_DIRECTORY) + "/" + command.front();
  command.insert(command.begin(), WSKIT_PYTHON);
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

/// What the page's window.finished gives (run_page.py has the arguments).
[[nodiscard]] inline Json run_page(const std::string& page,
                                   const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"run_page.py",
                                   std::string(WSKIT_CHROMIUM_DIRECTORY) + "/" + page};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_browser(std::move(command));
}

}  // namespace wskit::test
