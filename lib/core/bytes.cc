// SPDX-License-Identifier: MIT
#include "core/bytes.h"

#include <fmt/format.h>

namespace wskit {
namespace {

void append_escaped(std::string& text, char byte) {
  switch (byte) {
    case '\r':
      text += "\\r";
      return;
    case '\n':
      text += "\\n";
      return;
    case '\t':
      text += "\\t";
      return;
    case '\\':
      text += "\\\\";
      return;
    default:
      break;
  }
  if (byte >= ' ' && byte <= '~') {
    text += byte;
  } else {
    text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  }
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

std::string escape(std::string_view bytes, std::size_t max_bytes) {
  std::string text;
  for (const char byte : bytes.substr(0, max_bytes)) {
    append_escaped(text, byte);
  }
  if (bytes.size() > max_bytes) {
    text += "...";
  }
  return text;
}

}  // namespace wskit
