// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <variant>

namespace wskit::cli {

/// Text between the marks of a bracketed paste, line ends as \n.
struct Paste {
  std::string text;
  bool operator==(const Paste&) const = default;
};

/// A key: one code point, or one of the bytes of an escape sequence.
using Key = std::variant<wchar_t, Paste>;

/// What a terminal sends, as keys and pastes (bracketed paste mode, "ESC [ ? 2004 h"): a paste of
/// any length is one thing, whatever is in it. Bytes that are not UTF-8 are left out.
class PasteFilter {
 public:
  void feed(std::string_view bytes);
  [[nodiscard]] bool empty() const { return keys_.empty(); }
  /// Only when not empty.
  [[nodiscard]] Key next();
  /// Puts keys in front of what comes next.
  void unread(std::string_view text);

 private:
  void read_keys();
  void read_paste();
  void put_code_point();

  std::string pending_;
  std::string paste_;
  bool pasting_ = false;
  std::deque<Key> keys_;
};

}  // namespace wskit::cli
