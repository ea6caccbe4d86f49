// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "wire/random.h"

namespace wskit::wire {

/// The four bytes of a frame's masking key, in the order of the wire (RFC 6455 5.3).
using MaskKey = std::array<std::byte, 4>;

/// Unpredictable masking keys, a fresh one per frame (RFC 6455 5.3, 10.3), taken from the kernel
/// 4 KiB at a time. Never the key of four zeros, which would send the payload in the clear.
/// One object per loop: not for use by two threads.
class MaskSource {
 public:
  using Fill = void (*)(std::span<std::byte>);

  /// `fill` is where random bytes come from; tests give their own.
  explicit MaskSource(Fill fill = fill_random) : fill_(fill) {}

  [[nodiscard]] MaskKey next() {
    if (used_ < keys_.size()) [[likely]] {
      const MaskKey key = keys_[used_];
      if (key != MaskKey{}) [[likely]] {
        ++used_;
        return key;
      }
    }
    return next_after_refill();
  }

 private:
  MaskKey next_after_refill();

  Fill fill_;
  std::array<MaskKey, 1024> keys_;
  std::size_t used_ = keys_.size();
};

namespace detail {

/// The key as it applies `phase` bytes into a payload, as a machine word.
[[nodiscard]] inline std::uint32_t key_word(MaskKey key, std::size_t phase) {
  const auto word = std::bit_cast<std::uint32_t>(key);
  const int turn = static_cast<int>(phase % 4) * 8;
  return std::endian::native == std::endian::little ? std::rotr(word, turn) : std::rotl(word, turn);
}

template <class Word>
void xor_word(std::byte* out, const std::byte* in, Word key) {
  Word word;
  std::memcpy(&word, in, sizeof word);
  word ^= key;
  std::memcpy(out, &word, sizeof word);
}

void xor_bulk(std::byte* out, std::span<const std::byte> in, std::uint32_t key);

inline constexpr std::size_t kInlineMaskBytes = 128;

/// `out` is `in.data()` or does not overlap it.
inline void xor_key(std::byte* out, std::span<const std::byte> in, std::uint32_t key) {
  if (in.size() > kInlineMaskBytes) {
    return xor_bulk(out, in, key);
  }
  const std::uint64_t wide = key | std::uint64_t{key} << 32;
  const std::byte* from = in.data();
  std::size_t left = in.size();
  for (; left >= 8; left -= 8, from += 8, out += 8) {
    xor_word(out, from, wide);
  }
  if (left >= 4) {
    xor_word(out, from, key);
    left -= 4, from += 4, out += 4;
  }
  const auto bytes = std::bit_cast<MaskKey>(key);
  for (std::size_t i = 0; i < left; ++i) {
    out[i] = from[i] ^ bytes[i];
  }
}

}  // namespace detail

/// Masks or unmasks in place. `phase` is the offset of `data` within its frame's payload, so that
/// a payload can be treated piece by piece.
inline void apply_mask(std::span<std::byte> data, MaskKey key, std::size_t phase = 0) {
  detail::xor_key(data.data(), data, detail::key_word(key, phase));
}

/// As apply_mask, from `in` to in.size() bytes at `out`; the two must not overlap.
inline void copy_masked(std::byte* out, std::span<const std::byte> in, MaskKey key,
                        std::size_t phase = 0) {
  detail::xor_key(out, in, detail::key_word(key, phase));
}

}  // namespace wskit::wire
