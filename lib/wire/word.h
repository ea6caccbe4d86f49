// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wskit::wire {

/// Sixteen bytes that compilers keep in one register.
using WidePair [[gnu::vector_size(16)]] = std::uint64_t;

/// Reads a word from memory of any alignment.
template <class Word>
[[nodiscard]] Word load(const std::byte* at) {
  Word word{};
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Writes a word to memory of any alignment.
template <class Word>
void store(std::byte* at, Word word) {
  std::memcpy(at, &word, sizeof word);
}

}  // namespace wskit::wire
