// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace wskit::test {

/// A command in a real terminal: a window of tmux, with a server of its own. The home directory is
/// empty and goes with it.
class Terminal {
 public:
  /// Runs `command` in a shell, which says "exit CODE" when it ends.
  explicit Terminal(const std::string& command, int columns = 80, int rows = 24);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  /// As if typed, byte for byte.
  void type(const std::string& text);
  /// By tmux's name: "Enter", "C-r", "Tab".
  void press(const std::string& key);
  /// As a terminal pastes (bracketed).
  void paste(const std::string& text);
  void resize(int columns, int rows);

  /// The screen and up to 2,000 lines above it, trailing blanks left out.
  [[nodiscard]] std::string screen() const;
  /// Waits until the screen has `text`; fails the test case after 20 s, showing the screen.
  void wait_for(const std::string& text) const;
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }

 private:
  std::string tmux(const std::vector<std::string>& arguments) const;

  std::filesystem::path home_;
};

}  // namespace wskit::test
