// SPDX-License-Identifier: MIT
#include "cli/terminal_options.h"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace wskit::cli {
namespace {

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

/// POSIX: the first of these that is set decides the character set.
bool locale_is_utf8() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (is_set(variable)) {
      const std::string_view value = std::getenv(variable);
      return value.find("UTF-8") != std::string_view::npos ||
             value.find("utf8") != std::string_view::npos;
    }
  }
  return false;
}

}  // namespace

report::TextOptions text_options(const std::string& color, int descriptor) {
  report::TextOptions options;
  const bool terminal = isatty(descriptor) == 1;
  options.colour = color == "always" || (color == "auto" && terminal && !is_set("NO_COLOR"));
  options.unicode = locale_is_utf8();
  winsize size{};
  if (terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    options.width = size.ws_col;
  }
  return options;
}

}  // namespace wskit::cli
