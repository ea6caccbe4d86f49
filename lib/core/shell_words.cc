// SPDX-License-Identifier: MIT
#include "core/shell_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace wskit {
namespace {

constexpr std::string_view kSpace = " \t\n";
constexpr std::string_view kSpecial = ";|&<>()`$*?[#~!{}";

std::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::usage, std::move(message));
}

std::optional<unsigned> digit_of(char c, unsigned base) {
  unsigned value = base;
  if (c >= '0' && c <= '9') {
    value = static_cast<unsigned>(c - '0');
  } else if (c >= 'a' && c <= 'f') {
    value = static_cast<unsigned>(c - 'a') + 10U;
  } else if (c >= 'A' && c <= 'F') {
    value = static_cast<unsigned>(c - 'A') + 10U;
  }
  return value < base ? std::optional(value) : std::nullopt;
}

void append_utf8(std::string& text, std::uint32_t point) {
  constexpr std::uint32_t kContinuation = 0x80;
  constexpr std::uint32_t kLow = 0x3f;
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xc0 | (point >> 6U));
    add(kContinuation | (point & kLow));
  } else if (point < 0x10000) {
    add(0xe0 | (point >> 12U));
    add(kContinuation | ((point >> 6U) & kLow));
    add(kContinuation | (point & kLow));
  } else {
    add(0xf0 | ((point >> 18U) & 7U));
    add(kContinuation | ((point >> 12U) & kLow));
    add(kContinuation | ((point >> 6U) & kLow));
    add(kContinuation | (point & kLow));
  }
}

class Splitter {
 public:
  explicit Splitter(std::string_view command) : rest_(command) {}

  Expected<std::vector<std::string>> split();

 private:
  [[nodiscard]] Expected<void> take();
  [[nodiscard]] Expected<void> take_single();
  [[nodiscard]] Expected<void> take_double();
  [[nodiscard]] Expected<void> take_ansi_c();
  void take_escape();
  void take_plain_escape();
  std::uint32_t take_number(unsigned base, std::size_t most);
  void end_word();

  std::string_view rest_;
  std::vector<std::string> words_;
  /// The word that is being read; none between words.
  std::optional<std::string> word_;
};

Expected<std::vector<std::string>> Splitter::split() {
  while (!rest_.empty()) {
    if (auto taken = take(); !taken) {
      return std::unexpected(std::move(taken.error()));
    }
  }
  end_word();
  return std::move(words_);
}

void Splitter::end_word() {
  if (word_) {
    words_.push_back(*std::exchange(word_, std::nullopt));
  }
}

Expected<void> Splitter::take() {
  const char c = rest_.front();
  if (kSpace.find(c) != std::string_view::npos) {
    rest_.remove_prefix(1);
    end_word();
    return {};
  }
  if (rest_.starts_with("\\\n")) {
    rest_.remove_prefix(2);
    return {};
  }
  const bool ansi_c = rest_.starts_with("$'");
  const bool begins = !word_;
  std::string& word = word_ ? *word_ : word_.emplace();
  if (ansi_c) {
    return take_ansi_c();
  }
  if (c == '\'') {
    return take_single();
  }
  if (c == '"') {
    return take_double();
  }
  if (c == '\\') {
    take_plain_escape();
    return {};
  }
  // These two mean something at the beginning of a word only.
  const bool harmless = (c == '#' || c == '~') && !begins;
  if (kSpecial.find(c) != std::string_view::npos && !harmless) {
    return refused(std::string("the character ") + c +
                   " outside of quotes would mean something to a shell: quote it");
  }
  word += c;
  rest_.remove_prefix(1);
  return {};
}

Expected<void> Splitter::take_single() {
  const std::size_t end = rest_.find('\'', 1);
  if (end == std::string_view::npos) {
    return refused("a ' has no counterpart");
  }
  *word_ += rest_.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  return {};
}

Expected<void> Splitter::take_double() {
  constexpr std::string_view kEscaped = "$`\"\\";
  rest_.remove_prefix(1);
  while (!rest_.empty() && rest_.front() != '"') {
    if (rest_.front() == '$' || rest_.front() == '`') {
      return refused("there is a variable or a substitution in it: let the shell replace it first");
    }
    if (rest_.starts_with("\\\n")) {
      rest_.remove_prefix(2);
      continue;
    }
    if (rest_.size() > 1 && rest_.front() == '\\' &&
        kEscaped.find(rest_[1]) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
    *word_ += rest_.front();
    rest_.remove_prefix(1);
  }
  if (rest_.empty()) {
    return refused("a \" has no counterpart");
  }
  rest_.remove_prefix(1);
  return {};
}

void Splitter::take_plain_escape() {
  rest_.remove_prefix(1);
  if (!rest_.empty()) {
    *word_ += rest_.front();
    rest_.remove_prefix(1);
  }
}

Expected<void> Splitter::take_ansi_c() {
  rest_.remove_prefix(2);
  while (!rest_.empty() && rest_.front() != '\'') {
    if (rest_.front() == '\\' && rest_.size() > 1) {
      rest_.remove_prefix(1);
      take_escape();
    } else {
      *word_ += rest_.front();
      rest_.remove_prefix(1);
    }
  }
  if (rest_.empty()) {
    return refused("a $' has no counterpart");
  }
  rest_.remove_prefix(1);
  return {};
}

// What follows the backslash in $'...'.
void Splitter::take_escape() {
  static constexpr std::array kLetters{
      std::pair{'n', '\n'}, std::pair{'t', '\t'}, std::pair{'r', '\r'}, std::pair{'a', '\a'},
      std::pair{'b', '\b'}, std::pair{'f', '\f'}, std::pair{'v', '\v'}, std::pair{'e', '\x1b'}};
  const char c = rest_.front();
  if (digit_of(c, 8)) {
    *word_ += static_cast<char>(take_number(8, 3));
    return;
  }
  rest_.remove_prefix(1);
  if (c == 'x') {
    *word_ += static_cast<char>(take_number(16, 2));
  } else if (c == 'u') {
    append_utf8(*word_, take_number(16, 4));
  } else if (c == 'U') {
    append_utf8(*word_, take_number(16, 8));
  } else {
    const auto* const letter = std::ranges::find(kLetters, c, &std::pair<char, char>::first);
    *word_ += letter == kLetters.end() ? c : letter->second;
  }
}

std::uint32_t Splitter::take_number(unsigned base, std::size_t most) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < most && !rest_.empty(); ++i) {
    const auto digit = digit_of(rest_.front(), base);
    if (!digit) {
      break;
    }
    value = value * base + *digit;
    rest_.remove_prefix(1);
  }
  return value;
}

}  // namespace

Expected<std::vector<std::string>> split_shell_words(std::string_view command) {
  return Splitter(command).split();
}

}  // namespace wskit
