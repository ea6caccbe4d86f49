// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "core/error.h"

namespace wskit {

/// Calls take(line, number) for each line, the first being number 1, without its "\n" or "\r\n",
/// until one fails; the last may lack its end.
template <class Take>
[[nodiscard]] Expected<void> for_each_line(std::string_view text, Take&& take) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_suffix(line.ends_with('\r') ? 1 : 0);
    if (Expected<void> taken = take(line, number); !taken) {
      return taken;
    }
  }
  return {};
}

}  // namespace wskit
