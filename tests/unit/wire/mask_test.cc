// SPDX-License-Identifier: MIT
#include "wire/mask.h"

#include <algorithm>
#include <random>
#include <set>

#include "tests/support/catch.h"
#include "tests/unit/wire/bytes.h"

namespace wskit::wire {
namespace {

using test::Bytes;

Bytes random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 generator(seed);
  Bytes out(size);
  std::ranges::generate(out, [&] { return static_cast<std::byte>(generator() & 0xFFU); });
  return out;
}

Bytes masked_one_by_one(Bytes data, MaskKey key, std::size_t phase) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] ^= key[(i + phase) % 4];
  }
  return data;
}

constexpr MaskKey kMaskKey{std::byte{0x12}, std::byte{0xFE}, std::byte{0x00}, std::byte{0x9B}};

TEST_CASE("Masking agrees with the definition at every length and phase") {
  for (std::size_t size = 0; size <= 300; ++size) {
    const Bytes data = random_bytes(size, static_cast<std::uint32_t>(size));
    for (std::size_t phase = 0; phase < 4; ++phase) {
      const Bytes expected = masked_one_by_one(data, kMaskKey, phase);
      Bytes in_place = data;
      apply_mask(in_place, kMaskKey, phase);
      Bytes copy(size);
      copy_masked(copy.data(), data, kMaskKey, phase);
      if (in_place != expected || copy != expected) {
        FAIL("size " << size << " phase " << phase);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("Masking piece by piece equals masking at once") {
  const Bytes data = random_bytes(1000, 7);
  const Bytes expected = masked_one_by_one(data, kMaskKey, 0);
  for (std::size_t step = 1; step < 200; ++step) {
    Bytes pieces = data;
    for (std::size_t at = 0; at < pieces.size(); at += step) {
      apply_mask(std::span(pieces).subspan(at, std::min(step, pieces.size() - at)), kMaskKey, at);
    }
    if (pieces != expected) {
      FAIL("step " << step);
    }
  }
  SUCCEED();
}

TEST_CASE("Masking does not touch the bytes around its span") {
  Bytes data(400, std::byte{0x55});
  apply_mask(std::span(data).subspan(13, 371), kMaskKey);
  CHECK(std::all_of(data.begin(), data.begin() + 13,
                    [](std::byte b) { return b == std::byte{0x55}; }));
  CHECK(std::all_of(data.begin() + 384, data.end(),
                    [](std::byte b) { return b == std::byte{0x55}; }));
}

TEST_CASE("Each of 10000 masking keys is fresh and none is zero") {
  MaskSource source;
  std::set<MaskKey> keys;
  for (int i = 0; i < 10'000; ++i) {
    keys.insert(source.next());
  }
  // Among 10,000 random keys of 32 bits four repeats come once in 10^9 runs.
  CHECK(keys.size() >= 9'997);
  CHECK(!keys.contains(MaskKey{}));
}

int fills = 0;

/// The first time zeros alone; then every other key is zero.
void fill_with_zero_keys(std::span<std::byte> out) {
  std::ranges::fill(out, std::byte{0});
  for (std::size_t i = fills++ == 0 ? out.size() : 4; i < out.size(); i += 8) {
    out[i] = std::byte{1};
  }
}

void fill_counting(std::span<std::byte> out) {
  ++fills;
  std::ranges::fill(out, std::byte{1});
}

TEST_CASE("A key of four zeros is never used") {
  fills = 0;
  MaskSource source(fill_with_zero_keys);
  const MaskKey only{std::byte{1}};
  for (int i = 0; i < 2000; ++i) {
    if (source.next() != only) {
      FAIL("key " << i);
    }
  }
  CHECK(fills == 1 + 4);
}

TEST_CASE("Random bytes are fetched once for 1024 keys") {
  fills = 0;
  MaskSource source(fill_counting);
  for (int i = 0; i < 1024; ++i) {
    static_cast<void>(source.next());
  }
  CHECK(fills == 1);
  static_cast<void>(source.next());
  CHECK(fills == 2);
}

}  // namespace
}  // namespace wskit::wire
