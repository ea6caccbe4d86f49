// SPDX-License-Identifier: MIT
#include "wire/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "tests/support/catch.h"
#include "tests/unit/wire/bytes.h"

namespace wskit::wire {
namespace {

using Sequence = std::span<const std::uint8_t>;

/// RFC 3629 by definition, not by table: encodes every code point, and keeps a tree of prefixes.
class Reference {
 public:
  Reference() {
    for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
      if (point < 0xD800 || point > 0xDFFF) {
        add(point);
      }
    }
  }

  /// How many bytes can be read before one that fits no text, and whether a text ends there.
  [[nodiscard]] std::pair<std::size_t, bool> read(Sequence bytes) const {
    std::size_t node = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const std::int32_t next = nodes_[node][bytes[i]];
      if (next == kNone) {
        return {i, false};
      }
      node = next == kPoint ? 0 : static_cast<std::size_t>(next);
    }
    return {bytes.size(), node == 0};
  }

 private:
  static constexpr std::int32_t kNone = 0;
  static constexpr std::int32_t kPoint = -1;

  static std::vector<std::uint8_t> encode(std::uint32_t point) {
    const auto tail = [&](int shift) {
      return static_cast<std::uint8_t>(0x80U | ((point >> shift) & 0x3FU));
    };
    if (point < 0x80) {
      return {static_cast<std::uint8_t>(point)};
    }
    if (point < 0x800) {
      return {static_cast<std::uint8_t>(0xC0U | point >> 6), tail(0)};
    }
    if (point < 0x10000) {
      return {static_cast<std::uint8_t>(0xE0U | point >> 12), tail(6), tail(0)};
    }
    return {static_cast<std::uint8_t>(0xF0U | point >> 18), tail(12), tail(6), tail(0)};
  }

  void add(std::uint32_t point) {
    const auto sequence = encode(point);
    std::size_t node = 0;
    for (std::size_t i = 0; i + 1 < sequence.size(); ++i) {
      if (nodes_[node][sequence[i]] == kNone) {
        nodes_[node][sequence[i]] = static_cast<std::int32_t>(nodes_.size());
        nodes_.emplace_back();
      }
      node = static_cast<std::size_t>(nodes_[node][sequence[i]]);
    }
    nodes_[node][sequence.back()] = kPoint;
  }

  std::vector<std::array<std::int32_t, 256>> nodes_ = std::vector<std::array<std::int32_t, 256>>(1);
};

const Reference& reference() {
  static const Reference built;
  return built;
}

std::pair<std::size_t, bool> validate(Sequence bytes) {
  Utf8Validator validator;
  const std::size_t good = validator.consume(std::as_bytes(bytes));
  return {good, good == bytes.size() && validator.complete()};
}

/// As validate(), cut after each byte.
std::pair<std::size_t, bool> validate_bytewise(Sequence bytes) {
  Utf8Validator validator;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (validator.consume(std::as_bytes(bytes.subspan(i, 1))) == 0) {
      return {i, false};
    }
  }
  return {bytes.size(), validator.complete()};
}

bool agrees(Sequence bytes) {
  const auto expected = reference().read(bytes);
  return validate(bytes) == expected && validate_bytewise(bytes) == expected;
}

TEST_CASE("Every sequence of one and two and three bytes is judged as RFC 3629 says") {
  std::size_t disagreements = 0;
  for (std::uint32_t value = 0; value < 0x1000000; ++value) {
    const std::array bytes{static_cast<std::uint8_t>(value >> 16),
                           static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
    const auto expected = reference().read(bytes);
    disagreements += validate(bytes) != expected ? 1U : 0U;
    if (value < 0x10000) {
      disagreements += agrees(std::span(bytes).subspan(1)) ? 0U : 1U;
    }
    if (value < 0x100) {
      disagreements += agrees(std::span(bytes).subspan(2)) ? 0U : 1U;
    }
  }
  CHECK(disagreements == 0);
}

TEST_CASE("Sampled sequences of four bytes are judged as RFC 3629 says") {
  std::mt19937 random(3629);
  std::size_t disagreements = 0;
  for (std::uint32_t second = 0; second < 256; ++second) {
    for (std::uint32_t lead = 0xE0; lead < 256; ++lead) {
      for (int sample = 0; sample < 64; ++sample) {
        // Half of the samples have continuation bytes where they may stand.
        const auto any = static_cast<std::uint32_t>(random());
        const std::uint32_t rest = sample % 2 == 0 ? any : (any & 0x3F3FU) | 0x8080U;
        const std::array bytes{static_cast<std::uint8_t>(lead), static_cast<std::uint8_t>(second),
                               static_cast<std::uint8_t>(rest >> 8),
                               static_cast<std::uint8_t>(rest)};
        disagreements += agrees(bytes) ? 0U : 1U;
      }
    }
  }
  CHECK(disagreements == 0);
}

TEST_CASE("Every code point of four bytes is valid and is not when cut short") {
  std::size_t wrong = 0;
  for (std::uint32_t point = 0x10000; point <= 0x10FFFF; ++point) {
    const std::array bytes{static_cast<std::uint8_t>(0xF0U | point >> 18),
                           static_cast<std::uint8_t>(0x80U | ((point >> 12) & 0x3FU)),
                           static_cast<std::uint8_t>(0x80U | ((point >> 6) & 0x3FU)),
                           static_cast<std::uint8_t>(0x80U | (point & 0x3FU))};
    wrong += validate(bytes) == std::pair<std::size_t, bool>{4, true} ? 0U : 1U;
    wrong +=
        validate(std::span(bytes).first(3)) == std::pair<std::size_t, bool>{3, false} ? 0U : 1U;
  }
  CHECK(wrong == 0);
}

TEST_CASE("A bad byte is found at its place among ASCII of any length") {
  for (std::size_t size = 1; size <= 80; ++size) {
    for (std::size_t bad = 0; bad < size; ++bad) {
      std::vector<std::uint8_t> bytes(size, 'a');
      bytes[bad] = 0xFF;
      if (validate(bytes).first != bad || is_ascii(std::as_bytes(std::span(bytes)))) {
        FAIL("size " << size << " bad byte at " << bad);
      }
    }
    CHECK(is_ascii(test::Bytes(size, std::byte{0x7F})));
  }
}

TEST_CASE("Text is checked across any two cuts") {
  const test::Bytes text = test::bytes("Hello-\xC2\xB5@\xC3\x9F\xE2\x82\xAC\xF0\x9D\x84\x9E-end");
  const std::span<const std::byte> all(text);
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      Utf8Validator validator;
      std::size_t good = validator.consume(all.first(first));
      good += validator.consume(all.subspan(first, second - first));
      good += validator.consume(all.subspan(second));
      if (good != text.size() || !validator.complete()) {
        FAIL("cut at " << first << " and " << second);
      }
    }
  }
  SUCCEED();
}

}  // namespace
}  // namespace wskit::wire
