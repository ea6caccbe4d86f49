// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed_cases.h"

#include <algorithm>
#include <cstddef>

namespace wskit::script {
namespace {

/// Takes a line; nothing of it is left at the end of `text`.
std::string take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::vector<Malformed> read_malformed(std::string_view text) {
  std::vector<Malformed> cases;
  std::string file;
  std::string last;
  std::uint32_t number = 0;
  take_line(text);
  while (!text.empty()) {
    const std::string line = take_line(text);
    const bool begins = line.starts_with("=== ");
    if (begins || line.starts_with("--- ")) {
      file = begins ? "t.wst" : line.substr(4);
      number = 0;
      last.clear();
      if (begins) {
        cases.push_back({.name = line.substr(4)});
      }
      cases.back().files[file];
      continue;
    }
    Malformed& malformed = cases.back();
    const std::size_t caret = line.find_first_not_of(" \t");
    if (caret != std::string::npos && line[caret] == '^') {
      malformed.file = file;
      malformed.line = std::max(number, 1U);
      malformed.text = last;
      malformed.caret = line.substr(0, caret + 1);
      malformed.message = line.substr(caret + 2);
      continue;
    }
    malformed.files[file] += line + "\n";
    last = line;
    ++number;
  }
  return cases;
}

std::uint32_t column_of(const Malformed& malformed) {
  std::size_t characters = malformed.caret.size();
  std::uint32_t column = 0;
  for (const char c : malformed.text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && --characters == 0) {
      return column + 1;
    }
    ++column;
  }
  return column + static_cast<std::uint32_t>(characters);
}

}  // namespace wskit::script
