// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace wskit::serve {

/// Cuts a buffer down to `keep` bytes, and gives its memory back if it grew for something large.
inline void clear_keeping_little(std::string& text, std::size_t keep) {
  constexpr std::size_t kKeptCapacity = std::size_t{16} * 1024;
  if (text.capacity() > kKeptCapacity) {
    // Not by assigning: what is assigned a short text keeps its buffer.
    std::string(keep, '\0').swap(text);
  } else {
    text.resize(keep);
  }
}

}  // namespace wskit::serve
