// SPDX-License-Identifier: MIT
#pragma once

namespace wskit::wire {

/// DIGIT of RFC 5234, appendix B.1.
[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// ALPHA of RFC 5234, appendix B.1.
[[nodiscard]] constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A character of OWS (RFC 9110 5.6.3).
[[nodiscard]] constexpr bool is_space(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace wskit::wire
