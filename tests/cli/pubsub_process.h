// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/support/process.h"

namespace wskit::test {

/// `wskit serve pubsub` on a port of its own.
class PubSubProcess {
 public:
  explicit PubSubProcess(std::vector<std::string> arguments = {})
      : process_(command(std::move(arguments))), url_(process_.read_line()) {}
  [[nodiscard]] std::string url(const std::string& path) const {
    return url_.substr(0, url_.find_last_of('/')) + path;
  }
  [[nodiscard]] std::string http_url(const std::string& path) const {
    return "http" + url(path).substr(2);
  }
  [[nodiscard]] Process& process() { return process_; }

 private:
  static std::vector<std::string> command(std::vector<std::string> arguments) {
    const std::vector<std::string> front{WSKIT_BINARY, "serve", "pubsub", "--listen",
                                         "127.0.0.1:0"};
    arguments.insert(arguments.begin(), front.begin(), front.end());
    return arguments;
  }

  Process process_;
  std::string url_;
};

}  // namespace wskit::test
