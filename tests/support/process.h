// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace wskit::test {

/// How a process ended: exit code, or 128 + signal as a shell says it.
struct Exit {
  int code = -1;
  std::string out;  // standard output that read_line() has not taken
  std::string err;  // standard error, all of it
};

/// A child process with both outputs captured and standard input empty. It is killed when the
/// object, or this process, goes. Failures of the harness itself throw std::runtime_error.
class Process {
 public:
  using Timeout = std::chrono::milliseconds;
  static constexpr Timeout kPatience{20'000};  // far above what a loaded machine needs

  /// `arguments[0]` is the program, with its path. `open_files` > 0 sets the limit of open files.
  explicit Process(const std::vector<std::string>& arguments, unsigned open_files = 0);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// The next line of standard output without its end: readiness by event. Empty when the process
  /// ended, or patience did, before there was one.
  [[nodiscard]] std::string read_line(Timeout patience = kPatience);
  /// Standard error so far.
  [[nodiscard]] const std::string& err();
  void signal(int number) const;
  /// Waits for its end; kills it, and says so with code -1, when patience runs out.
  [[nodiscard]] Exit wait(Timeout patience = kPatience);

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  [[nodiscard]] bool pump(Deadline deadline);

  pid_t pid_ = -1;
  int out_fd_ = -1;
  int err_fd_ = -1;
  std::string out_;
  std::string err_;
};

/// Runs to the end.
[[nodiscard]] Exit run(const std::vector<std::string>& arguments);

}  // namespace wskit::test
