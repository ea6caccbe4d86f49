// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <string>

#include "core/bytes.h"
#include "tests/support/catch.h"
#include "wire/deflate.h"

using namespace wskit;
using namespace wskit::wire;

namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;

/// One message of `mebibytes` zeros, without compressing them all: from the second on, each
/// mebibyte is compressed to the same bytes.
std::string zeros(int mebibytes) {
  const std::string mebibyte(kMiB, '\0');
  constexpr std::string_view kSyncMarker("\0\0\xff\xff", 4);
  Deflater deflater({}, Role::server);
  std::string payload;
  deflater.compress(as_bytes(mebibyte), true, payload);
  std::string repeated(kSyncMarker);
  deflater.compress(as_bytes(mebibyte), true, repeated);
  for (int i = 1; i < mebibytes; ++i) {
    payload += repeated;
  }
  return payload;
}

struct Outcome {
  std::uint64_t inflated = 0;
  bool failed = false;
  Error error;
};

Outcome inflate(std::string_view payload, const InflateLimits& limits, std::size_t piece_bytes) {
  Inflater inflater({}, Role::client, limits);
  static std::array<std::byte, 65'536> scratch;
  Outcome outcome;
  while (!payload.empty()) {
    const std::string_view piece = payload.substr(0, piece_bytes);
    payload.remove_prefix(piece.size());
    inflater.feed(as_bytes(piece), payload.empty());
    for (auto part = inflater.next(scratch); !part || !part->empty();
         part = inflater.next(scratch)) {
      if (!part) {
        outcome.failed = true;
        outcome.error = part.error();
        return outcome;
      }
      outcome.inflated += part->size();
    }
  }
  return outcome;
}

}  // namespace

TEST_CASE("a bomb of one gibibyte is stopped at the limit while it inflates") {
  const std::string bomb = zeros(1024);
  CHECK(bomb.size() < 5 * kMiB);
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1}, kMiB, 16 * kMiB}) {
    for (const std::size_t piece_bytes : {bomb.size(), std::size_t{4096}}) {
      const Outcome outcome = inflate(bomb, {.max_message_bytes = limit}, piece_bytes);
      REQUIRE(outcome.failed);
      CHECK(outcome.error.code == ErrorCode::too_big);
      CHECK(outcome.inflated <= limit);
    }
  }
}

TEST_CASE("a message of exactly the limit passes and one byte more does not") {
  const std::string payload = zeros(1);
  for (const std::size_t piece_bytes : {payload.size(), std::size_t{1}}) {
    const Outcome exact = inflate(payload, {.max_message_bytes = kMiB}, piece_bytes);
    CHECK_FALSE(exact.failed);
    CHECK(exact.inflated == kMiB);
    CHECK(inflate(payload, {.max_message_bytes = kMiB - 1}, piece_bytes).failed);
  }
}

TEST_CASE("the limit counts each message anew") {
  Deflater deflater({}, Role::server);
  Inflater inflater({}, Role::client, {.max_message_bytes = 10});
  std::array<std::byte, 100> scratch{};
  for (int i = 0; i < 5; ++i) {
    std::string payload;
    deflater.compress(as_bytes("0123456789"), true, payload);
    inflater.feed(as_bytes(payload), true);
    REQUIRE(inflater.next(scratch).has_value());
    REQUIRE(inflater.next(scratch)->empty());
  }
}

TEST_CASE("the ratio is limited only beyond the free bytes and only if asked for") {
  const std::string payload = zeros(2);
  CHECK_FALSE(inflate(payload, {}, payload.size()).failed);
  CHECK_FALSE(inflate(payload, {.max_ratio = 1100}, payload.size()).failed);
  CHECK_FALSE(
      inflate(payload, {.max_ratio = 100, .ratio_free_bytes = 2 * kMiB}, payload.size()).failed);
  for (const std::size_t piece_bytes : {payload.size(), std::size_t{1}}) {
    const Outcome outcome = inflate(payload, {.max_ratio = 100}, piece_bytes);
    REQUIRE(outcome.failed);
    CHECK(outcome.error.code == ErrorCode::too_big);
    CHECK_THAT(outcome.error.message, Catch::Contains("100 times"));
    CHECK(outcome.inflated <= kMiB + 65'536);
  }
}

TEST_CASE("the largest limits do not overflow") {
  const InflateLimits limits{
      .max_message_bytes = UINT64_MAX, .max_ratio = UINT64_MAX, .ratio_free_bytes = 0};
  CHECK_FALSE(inflate(zeros(1), limits, 1000).failed);
}
