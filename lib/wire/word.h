// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>

namespace wskit::wire {

/// Reads a word from memory of any alignment.
template <class Word>
[[nodiscard]] Word load(const std::byte* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Writes a word to memory of any alignment.
template <class Word>
void store(std::byte* at, Word word) {
  std::memcpy(at, &word, sizeof word);
}

}  // namespace wskit::wire
