// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wskit::report {

enum class Style : std::uint8_t { plain, bold, dim, red, green, yellow };

/// What the reader's terminal can show.
struct TextOptions {
  bool colour = false;
  bool unicode = true;     ///< Otherwise ASCII only, except in what the user named.
  std::size_t width = 80;  ///< Columns; less than 60 is taken as 60.
};

/// Surrounds text with the sequences of its style; the text alone without colour.
[[nodiscard]] std::string paint(std::string_view text, Style style, const TextOptions& options);

/// Columns that text takes: one a code point, escape sequences none.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// Pads with spaces up to `width` columns.
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t width);
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t width);

/// Text from the network or from a file, made safe for a terminal: control characters, C1 and
/// bidirectional ones included, become \xNN, what is not UTF-8 too.
[[nodiscard]] std::string printable(std::string_view text);

/// Breaks text that begins at column `indent` at its spaces, so that no line passes `width`
/// columns; further lines are indented as the first.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace wskit::report
