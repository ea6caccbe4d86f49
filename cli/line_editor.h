// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/paste_filter.h"

namespace wskit::cli {

/// What the editor needs of its surroundings.
class EditorHost {
 public:
  /// Waits until the terminal has input or LineEditor::stop_reading() was called; whatever else
  /// happens meanwhile may call print_above().
  virtual void wait_for_input() = 0;
  /// Tab: what to append to `line`, and what to show above it.
  virtual std::string complete(std::string_view line, std::string& candidates) = 0;

 protected:
  ~EditorHost() = default;
};

/// A line editor on the terminal at standard input and output, on libedit: UTF-8, history in a
/// file, incremental search, completion, pastes of any length, and output above the line being
/// edited. One at a time in a process.
class LineEditor {
 public:
  enum class Result : std::uint8_t { line, interrupted, end_of_input };

  /// `history_file` is created with mode 0600; empty for none.
  LineEditor(EditorHost& host, std::string history_file);
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;
  ~LineEditor();

  /// Reads a line without its end. `end_of_input` is Ctrl-D on an empty line, or a terminal that is
  /// gone; `interrupted` comes of stop_reading().
  [[nodiscard]] Result read(const std::string& prompt, std::string& line);
  /// Makes read() return `interrupted`; from within wait_for_input().
  void stop_reading() { stopped_ = true; }
  /// Whether something is typed and not entered.
  [[nodiscard]] bool has_text() const;
  /// Whether read() goes on.
  [[nodiscard]] bool reading() const { return reading_ && !stopped_; }

  /// Prints whole lines; the line being edited, if there is one, moves below them.
  void print_above(std::string_view text);
  /// The terminal has another size.
  void resize();
  /// The program was stopped and goes on: the terminal is set up and the line drawn again.
  void restore();
  void remember(const std::string& line);

 private:
  struct Libedit;

  int next_key(wchar_t& key);
  /// False for a paste, which becomes keys.
  bool take_key(wchar_t& key);
  bool fill();
  void insert(Paste paste);
  unsigned char complete();
  void clear_line();
  void end_line();
  [[nodiscard]] std::size_t cursor_row() const;
  [[nodiscard]] std::string without_placeholders(std::string line);

  EditorHost& host_;
  std::string history_file_;
  std::unique_ptr<Libedit> edit_;
  PasteFilter filter_;
  std::string prompt_;
  /// What placeholders in the line stand for.
  std::vector<Paste> pastes_;
  std::size_t columns_ = 80;
  bool reading_ = false;
  bool stopped_ = false;
  bool hung_up_ = false;
};

}  // namespace wskit::cli
