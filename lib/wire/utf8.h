// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wire/word.h"

namespace wskit::wire {

namespace detail {

inline constexpr std::uint64_t kTopBits = 0x8080'8080'8080'8080;

/// All bytes of `bytes`, at least one Word of them, ORed together; the last word overlaps.
template <class Word>
[[nodiscard]] inline Word or_words(std::span<const std::byte> bytes) {
  const std::size_t last = bytes.size() - sizeof(Word);
  Word seen = load<Word>(bytes.data() + last);
  for (std::size_t at = 0; at < last; at += sizeof(Word)) {
    seen |= load<Word>(bytes.data() + at);
  }
  return seen;
}

}  // namespace detail

/// True when no byte has its top bit set.
[[nodiscard]] inline bool is_ascii(std::span<const std::byte> bytes) {
  std::uint64_t seen = 0;
  if (bytes.size() >= sizeof(WidePair)) {
    const auto pair = detail::or_words<WidePair>(bytes);
    seen = pair[0] | pair[1];
  } else if (bytes.size() >= sizeof(std::uint64_t)) {
    seen = detail::or_words<std::uint64_t>(bytes);
  } else {
    for (const std::byte byte : bytes) {
      seen |= std::to_integer<std::uint64_t>(byte);
    }
  }
  return (seen & detail::kTopBits) == 0;
}

/// Checks UTF-8 piece by piece, code points cut anywhere (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF), and stops at the first byte that cannot be part of any
/// valid text, as RFC 6455 8.1 wants it.
class Utf8Validator {
 public:
  /// Returns how many bytes are good; fewer than bytes.size() is the offset of the first bad one,
  /// after which only reset() may be called.
  [[nodiscard]] std::size_t consume(std::span<const std::byte> bytes) {
    if (complete() && is_ascii(bytes)) [[likely]] {
      return bytes.size();
    }
    return consume_any(bytes);
  }

  /// False while a code point is cut off: a message that ends here is not valid.
  [[nodiscard]] bool complete() const { return missing_ == 0; }

  void reset() { *this = Utf8Validator(); }

 private:
  [[nodiscard]] std::size_t consume_any(std::span<const std::byte> bytes);
  [[nodiscard]] bool start(unsigned lead);
  [[nodiscard]] bool go_on(unsigned byte);

  // What the code point under way still needs: how many bytes, and the range of the next one.
  std::uint8_t missing_ = 0;
  std::uint8_t low_ = 0x80;
  std::uint8_t high_ = 0xBF;
};

/// A whole text at once.
[[nodiscard]] bool is_utf8(std::span<const std::byte> text);
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace wskit::wire
