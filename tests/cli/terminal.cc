// SPDX-License-Identifier: MIT
#include "tests/cli/terminal.h"

#include <atomic>
#include <chrono>
#include <fstream>
#include <stdexcept>

#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/process.h"

namespace wskit::test {
namespace {

std::filesystem::path new_directory() {
  static std::atomic<int> count = 0;
  std::filesystem::path path =
      std::filesystem::temp_directory_path() /
      ("wskit-tmux-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
  std::filesystem::create_directory(path);
  return path;
}

}  // namespace

Terminal::Terminal(const std::string& command, int columns, int rows) : home_(new_directory()) {
  const std::string shell = "env HOME=" + home_.string() + " XDG_STATE_HOME= LC_ALL=C.UTF-8 " +
                            command + "; echo \"exit $?\"";
  tmux({"-f", "/dev/null", "new-session", "-d", "-x", std::to_string(columns), "-y",
        std::to_string(rows), shell, ";", "set-option", "-g", "remain-on-exit", "on", ";",
        "set-option", "-g", "history-limit", "5000"});
}

Terminal::~Terminal() {
  tmux({"kill-server"});
  std::filesystem::remove_all(home_);
}

std::string Terminal::tmux(const std::vector<std::string>& arguments) const {
  // By its socket's path, so that no other server of tmux is ever touched.
  std::vector<std::string> command{"/usr/bin/tmux", "-S", home_ / "tmux"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Exit exit = run(command);
  if (exit.code != 0) {
    throw std::runtime_error("tmux " + arguments.front() + ": " + exit.err);
  }
  return exit.out;
}

void Terminal::type(const std::string& text) {
  tmux({"send-keys", "-l", "--", text});
}

void Terminal::press(const std::string& key) {
  tmux({"send-keys", key});
}

void Terminal::paste(const std::string& text) {
  const std::string file = home_ / "paste";
  std::ofstream(file, std::ios::binary) << text;
  tmux({"load-buffer", file, ";", "paste-buffer", "-p"});
}

void Terminal::resize(int columns, int rows) {
  tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

std::string Terminal::screen() const {
  return tmux({"capture-pane", "-p", "-S", "-2000"});
}

void Terminal::wait_for(const std::string& text) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string seen;
  // Each look is a process, so that this does not spin.
  while (std::chrono::steady_clock::now() < deadline) {
    seen = screen();
    if (seen.find(text) != std::string::npos) {
      SUCCEED(text);
      return;
    }
  }
  INFO(seen);
  FAIL("the terminal never showed: " << text);
}

}  // namespace wskit::test
