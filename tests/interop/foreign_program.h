// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/process.h"

namespace wskit::test {

/// A program that listens on a port of its own until the object goes. The test is skipped where it
/// is not installed.
class ForeignProgram {
 public:
  /// `command` is for a shell, with {port} for the port.
  explicit ForeignProgram(const std::string& command);
  /// Without a path.
  [[nodiscard]] std::string url(const std::string& scheme, const std::string& user = {}) const {
    return scheme + "://" + (user.empty() ? "" : user + "@") + "127.0.0.1:" + std::to_string(port_);
  }

 private:
  bool started(const std::string& command);

  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

/// One that was free a moment ago: foreign programs cannot tell which one the kernel gave them.
[[nodiscard]] std::uint16_t free_port();

}  // namespace wskit::test
