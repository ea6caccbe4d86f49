// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/cli/wskit.h"

namespace wskit::test {

/// `wskit proxy` in front of a server, on a port of its own.
class ProxyProcess {
 public:
  explicit ProxyProcess(const std::string& to, std::vector<std::string> arguments = {})
      : process_(command(to, std::move(arguments))), url_(process_.read_line()) {}

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] std::uint16_t port() const {
    return static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
  }

 private:
  static std::vector<std::string> command(const std::string& to,
                                          std::vector<std::string> arguments) {
    const std::vector<std::string> front{WSKIT_BINARY,  "proxy", "--listen",
                                         "127.0.0.1:0", "--to",  to};
    arguments.insert(arguments.begin(), front.begin(), front.end());
    return arguments;
  }

  Process process_;
  std::string url_;
};

}  // namespace wskit::test
