// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wire/word.h"

namespace wskit::wire {

/// True when no byte has its top bit set.
[[nodiscard]] inline bool is_ascii(std::span<const std::byte> bytes) {
  const std::byte* at = bytes.data();
  const std::byte* const end = at + bytes.size();
  std::uint64_t seen = 0;
  if (bytes.size() >= 8) {
    for (; end - at > 8; at += 8) {
      seen |= load<std::uint64_t>(at);
    }
    seen |= load<std::uint64_t>(end - 8);  // overlaps what the loop has seen
  } else if (bytes.size() >= 4) {
    seen = load<std::uint32_t>(at) | load<std::uint32_t>(end - 4);
  } else {
    for (; at != end; ++at) {
      seen |= static_cast<std::uint64_t>(*at);
    }
  }
  return (seen & 0x8080'8080'8080'8080) == 0;
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

  // What the code point under way still needs: how many bytes, and the range of the next one.
  std::uint8_t missing_ = 0;
  std::uint8_t low_ = 0x80;
  std::uint8_t high_ = 0xBF;
};

/// A whole text at once.
[[nodiscard]] bool is_utf8(std::span<const std::byte> text);
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace wskit::wire
