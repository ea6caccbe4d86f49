// SPDX-License-Identifier: MIT
#include "report/terminal.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wskit::report {
namespace {

constexpr std::array<std::string_view, 6> kSequences{"",         "\x1b[1m",  "\x1b[2m",
                                                     "\x1b[31m", "\x1b[32m", "\x1b[33m"};
constexpr std::string_view kReset = "\x1b[0m";

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 1;
  bool valid = false;
};

CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) {
    return {.value = lead, .size = 1, .valid = true};
  }
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) {
    return {};
  }
  std::uint32_t value = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) {
      return {};
    }
    value = value << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return {.value = value,
          .size = size,
          .valid = value >= kSmallest[size] && value <= 0x10ffff && !surrogate};
}

bool is_harmless(std::uint32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
  const bool bidirectional =
      (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  return !control && !bidirectional;
}

std::string escape(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  }
  return out;
}

}  // namespace

std::string paint(std::string_view text, Style style, const TextOptions& options) {
  if (!options.colour || style == Style::plain || text.empty()) {
    return std::string(text);
  }
  return fmt::format("{}{}{}", kSequences[static_cast<std::size_t>(style)], text, kReset);
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size());
    } else if (!is_continuation(text[i])) {
      ++columns;
    }
  }
  return columns;
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t columns = columns_of(text);
  return std::string(width > columns ? width - columns : 0, ' ').append(text);
}

std::string pad_right(std::string_view text, std::size_t width) {
  const std::size_t columns = columns_of(text);
  return std::string(text).append(width > columns ? width - columns : 0, ' ');
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    const std::string_view bytes = text.substr(0, c.valid ? c.size : 1);
    out += c.valid && is_harmless(c.value) ? std::string(bytes) : escape(bytes);
    text.remove_prefix(bytes.size());
  }
  return out;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    const std::size_t columns = columns_of(word);
    if (column != indent && column + 1 + columns > width) {
      out.append("\n").append(indent, ' ');
      column = indent;
    } else if (column != indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
}

}  // namespace wskit::report
