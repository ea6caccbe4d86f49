// SPDX-License-Identifier: MIT
#include "report/lines.h"

#include <algorithm>

#include "report/terminal.h"

namespace wskit::report {
void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

std::string portable_line(std::string_view text) {
  std::string line = printable(text);
  replace_all(line, "\xef\xbf\xbe", R"(\xef\xbf\xbe)");
  replace_all(line, "\xef\xbf\xbf", R"(\xef\xbf\xbf)");
  return line;
}

std::vector<std::string> portable_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (end < text.size() && line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    lines.push_back(portable_line(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace wskit::report
