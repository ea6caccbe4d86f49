// SPDX-License-Identifier: MIT
#include "wire/mask.h"

namespace wskit::wire {

void MaskSource::find_key() {
  for (;;) {
    for (; used_ < keys_.size(); ++used_) {
      if (keys_[used_] != 0) {
        return;
      }
    }
    fill_(std::as_writable_bytes(std::span(keys_)));
    used_ = 0;
  }
}

namespace detail {

void xor_bulk(std::byte* out, std::span<const std::byte> in, std::uint32_t key) {
  // A fixed block of words is what compilers turn into vector instructions at every -O level.
  using Block = std::array<std::uint64_t, 8>;
  const std::uint64_t wide = key | std::uint64_t{key} << 32;
  const std::byte* from = in.data();
  std::size_t left = in.size();
  for (; left >= sizeof(Block);
       left -= sizeof(Block), from += sizeof(Block), out += sizeof(Block)) {
    auto block = load<Block>(from);
    for (std::uint64_t& word : block) {
      word ^= wide;
    }
    store(out, block);
  }
  xor_key(out, {from, left}, key);
}

}  // namespace detail
}  // namespace wskit::wire
