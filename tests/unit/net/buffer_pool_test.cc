// SPDX-License-Identifier: MIT
#include "net/buffer_pool.h"

#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

using wskit::net::Buffer;
using wskit::net::BufferPool;

namespace {

std::vector<Buffer> take(BufferPool& pool, std::size_t count, std::size_t bytes) {
  std::vector<Buffer> buffers;
  for (std::size_t i = 0; i < count; ++i) {
    buffers.push_back(pool.take(bytes));
    std::memset(buffers.back().bytes.get(), 0xA5, buffers.back().size);
  }
  return buffers;
}

std::set<const std::byte*> give_all(BufferPool& pool, std::vector<Buffer> buffers) {
  std::set<const std::byte*> addresses;
  for (Buffer& buffer : buffers) {
    addresses.insert(buffer.bytes.get());
    pool.give(std::move(buffer));
  }
  return addresses;
}

}  // namespace

TEST_CASE("a buffer pool hands out what was given back, each buffer once") {
  const auto bytes = GENERATE(as<std::size_t>{}, 1, 512, 513, 100'000);
  BufferPool pool;
  const auto first = give_all(pool, take(pool, 10, bytes));
  CHECK(first.size() == 10);
  CHECK(give_all(pool, take(pool, 10, bytes)) == first);
}

TEST_CASE("a buffer has the size that was asked for, or the next larger one") {
  BufferPool pool;
  CHECK(pool.take(0).size == 512);
  CHECK(pool.take(512).size == 512);
  CHECK(pool.take(513).size == 1024);
  CHECK(pool.take(std::size_t{3} << 20).size == std::size_t{4} << 20);
}

TEST_CASE("a buffer pool keeps no more than its limit") {
  constexpr std::size_t kMost = BufferPool::kMaxKeptBytes / BufferPool::kSmallest;
  BufferPool pool;
  give_all(pool, take(pool, kMost + 100, 1));
  CHECK(pool.kept_bytes() == BufferPool::kMaxKeptBytes);
  // All the room is taken: nothing of another size is kept.
  Buffer large = pool.take(1024);
  std::memset(large.bytes.get(), 0x5A, large.size);
  pool.give(std::move(large));
  CHECK(pool.kept_bytes() == BufferPool::kMaxKeptBytes);
  CHECK(take(pool, kMost, 1).size() == kMost);
  // And now there is room again.
  const auto kept = give_all(pool, take(pool, 1, 1024));
  CHECK(give_all(pool, take(pool, 1, 1024)) == kept);
}
