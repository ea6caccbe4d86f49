// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "script/script.h"

namespace wskit::script {

/// A line of a script, read from left to right.
class LineCursor {
 public:
  /// `text` belongs to the script and outlives this.
  LineCursor(Place place, std::string_view text) : place_(place), text_(text) { skip_blanks(); }

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] char front() const { return at_end() ? '\0' : text_[at_]; }
  /// Of the next character.
  [[nodiscard]] Place place() const { return place_at(at_); }
  [[nodiscard]] Place place_at(std::size_t offset) const {
    return {.file = place_.file,
            .line = place_.line,
            .column = place_.column + static_cast<std::uint32_t>(offset)};
  }

  /// Of the character so many behind the next one.
  [[nodiscard]] Place place_behind(std::size_t offset) const { return place_at(at_ + offset); }

  void skip(std::size_t characters) { at_ += characters; }
  void skip_blanks() {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  /// Up to the next blank or the end.
  [[nodiscard]] std::string_view word() const {
    const std::string_view left = rest();
    return left.substr(0, left.find_first_of(" \t"));
  }
  /// Takes a word and the blanks behind it.
  std::string_view take_word() {
    const std::string_view taken = word();
    skip(taken.size());
    skip_blanks();
    return taken;
  }
  /// Takes `word` if it is the next one, with the blanks behind it.
  bool take_if(std::string_view expected) {
    if (word() != expected) {
      return false;
    }
    take_word();
    return true;
  }
  /// The part up to `length` characters from here, as a cursor of its own.
  [[nodiscard]] LineCursor part(std::size_t length) const {
    return {place(), rest().substr(0, length)};
  }

 private:
  Place place_;
  std::string_view text_;
  std::size_t at_ = 0;
};

/// A letter or underscore, then letters, digits, underscores and hyphens: how many characters of
/// the beginning of `text` are a name.
[[nodiscard]] inline std::size_t name_length(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  std::size_t length = 0;
  while (length < text.size() &&
         (is_letter(text[length]) || (length > 0 && is_digit(text[length])))) {
    ++length;
  }
  return length;
}

}  // namespace wskit::script
