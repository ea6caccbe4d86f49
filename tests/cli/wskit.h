// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

namespace wskit::test {

/// Runs the real program to its end.
[[nodiscard]] inline Exit wskit(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{WSKIT_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command);
}

/// Runs it with what a shell makes of its standard streams, as "bench URL >/dev/full", perhaps
/// behind a pipe: "printf x |".
[[nodiscard]] inline Exit in_shell(const std::string& words, const std::string& before = "") {
  return run({"/bin/sh", "-c", before + " exec " WSKIT_BINARY " " + words});
}

/// The result that `--json -` prints.
[[nodiscard]] inline Json result_of(const Exit& exit) {
  INFO(exit.err);
  const auto json = parse_json(exit.out);
  REQUIRE(json.has_value());
  return *json;
}

/// `wskit serve echo` on a port of its own.
class EchoProcess {
 public:
  explicit EchoProcess(std::vector<std::string> arguments = {})
      : process_(command(std::move(arguments))), url_(process_.read_line()) {}
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] Process& process() { return process_; }

 private:
  static std::vector<std::string> command(std::vector<std::string> arguments) {
    const std::vector<std::string> front{WSKIT_BINARY, "serve", "echo", "--listen", "127.0.0.1:0"};
    arguments.insert(arguments.begin(), front.begin(), front.end());
    return arguments;
  }

  Process process_;
  std::string url_;
};

}  // namespace wskit::test
