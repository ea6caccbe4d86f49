// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/random.h"
#include "wire/word.h"

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
    if (used_ != keys_.size()) [[likely]] {
      if (const std::uint32_t key = keys_[used_]; key != 0) [[likely]] {
        ++used_;
        return std::bit_cast<MaskKey>(key);
      }
    }
    find_key();
    return std::bit_cast<MaskKey>(keys_[used_++]);
  }

 private:
  void find_key();

  Fill fill_;
  std::array<std::uint32_t, 1024> keys_{};
  std::size_t used_ = keys_.size();
};

namespace detail {

/// A key, or a repeated key, as it applies from `phase` bytes on.
template <class Word>
[[nodiscard]] Word turn_key(Word key, std::size_t phase) {
  const int bits = static_cast<int>(phase % sizeof(MaskKey)) * 8;
  return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

/// XORs `in` word by word with a key that was repeated to fill one. At least one word; the last
/// overlaps the one before it, and is read first so that `out` may be `in`. Inlined by force,
/// since for a small frame the call costs as much as the work.
template <class Word, class Key>
[[gnu::always_inline]] inline void xor_words(std::byte* out, std::span<const std::byte> in,
                                             Key key) {
  const auto repeat = [](Key once) {
    if constexpr (sizeof(Word) > sizeof(Key)) {
      return Word{once, once};
    } else {
      return once;
    }
  };
  const std::byte* const from = in.data();
  const std::size_t last = in.size() - sizeof(Word);
  const Word last_word = load<Word>(from + last) ^ repeat(turn_key(key, last));
  const Word key_word = repeat(key);
  for (std::size_t at = 0; at < last; at += sizeof(Word)) {
    store<Word>(out + at, load<Word>(from + at) ^ key_word);
  }
  store<Word>(out + last, last_word);
}

/// `out` is `in.data()` or does not overlap it. A call costs as much as a short payload: 10
/// instructions of a message of 20 bytes.
[[gnu::always_inline]] inline void xor_key(std::byte* out, std::span<const std::byte> in,
                                           std::uint32_t key) {
  const std::uint64_t twice = key | std::uint64_t{key} << 32;
  if (in.size() >= sizeof(WidePair)) {
    xor_words<WidePair>(out, in, twice);
  } else if (in.size() >= sizeof(twice)) {
    xor_words<std::uint64_t>(out, in, twice);
  } else if (in.size() >= sizeof(std::uint32_t)) {
    xor_words<std::uint32_t>(out, in, key);
  } else {
    for (std::size_t i = 0; i < in.size(); ++i) {
      out[i] = in[i] ^ std::bit_cast<MaskKey>(key)[i];
    }
  }
}

}  // namespace detail

/// Masks or unmasks in place. `phase` is the offset of `data` within its frame's payload, so that
/// a payload can be treated piece by piece.
inline void apply_mask(std::span<std::byte> data, MaskKey key, std::size_t phase = 0) {
  detail::xor_key(data.data(), data, detail::turn_key(std::bit_cast<std::uint32_t>(key), phase));
}

/// As apply_mask, from `in` to in.size() bytes at `out`; the two must not overlap.
inline void copy_masked(std::byte* out, std::span<const std::byte> in, MaskKey key,
                        std::size_t phase = 0) {
  detail::xor_key(out, in, detail::turn_key(std::bit_cast<std::uint32_t>(key), phase));
}

}  // namespace wskit::wire
