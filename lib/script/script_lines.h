// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "script/line_cursor.h"
#include "script/script.h"

namespace wskit::script {

/// Without spaces and tabs at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Reads a file that a script names. lib/script does no I/O of its own.
using ReadFile = std::function<Expected<std::string>(const std::string& path)>;

/// The lines of a script and of the files that it includes, as if they stood in one.
class ScriptLines {
 public:
  static constexpr std::size_t kMaxDepth = 16;

  ScriptLines(Script& script, ReadFile read) : script_(script), read_(std::move(read)) {}

  /// The next line that says something, whatever its indentation; nothing at the end.
  [[nodiscard]] std::optional<LineCursor> peek();
  void take() { ++stack_.back().next; }
  /// The next line whatever it holds, as it stands there: within a block of text.
  [[nodiscard]] std::optional<std::string_view> take_verbatim();
  /// Of the line that peek() gave, or of the end.
  [[nodiscard]] Place place();

  /// Of the line that was taken last.
  [[nodiscard]] Place taken() const;

  /// Adds a file whose text is known, and goes on with its first line.
  void enter(std::string name, std::string_view text);
  /// Goes on with the first line of a file, named from the one that is read now. Fails with what is
  /// wrong when it cannot be read or is in itself.
  [[nodiscard]] Expected<void> include(std::string_view path);
  [[nodiscard]] Expected<std::string> read(std::string_view path) const;

  /// A range of lines to be read again.
  struct Range {
    std::uint16_t file = 0;
    std::size_t first = 0;
    std::size_t end = 0;
  };
  /// Skips up to the } that closes the block which begins now. Nothing when there is none.
  [[nodiscard]] std::optional<Range> skip_block();
  void enter(const Range& range);

 private:
  struct Level {
    std::uint16_t file = 0;
    std::size_t next = 0;
    std::size_t end = 0;
  };
  [[nodiscard]] std::string path_from_here(std::string_view path) const;

  Script& script_;
  ReadFile read_;
  std::vector<Level> stack_;
};

/// Whether a line opens a block of steps.
[[nodiscard]] bool opens_block(std::string_view line);

}  // namespace wskit::script
