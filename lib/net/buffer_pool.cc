// SPDX-License-Identifier: MIT
#include "net/buffer_pool.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace wskit::net {
namespace {

std::size_t class_of(std::size_t size) {
  return static_cast<std::size_t>(std::countr_zero(size / BufferPool::kSmallest));
}

}  // namespace

BufferPool::~BufferPool() {
  while (small_ != nullptr) {
    const std::unique_ptr<std::byte[]> owned(take_small());
  }
}

Buffer BufferPool::take_any(std::size_t bytes) {
  const std::size_t size = std::bit_ceil(std::max(bytes, kSmallest));
  const std::size_t size_class = class_of(size);
  if (size_class < kClasses && !kept_[size_class].empty()) {
    Buffer buffer = std::move(kept_[size_class].back());
    kept_[size_class].pop_back();
    kept_bytes_ -= size;
    return buffer;
  }
  return {std::make_unique_for_overwrite<std::byte[]>(size), size};
}

void BufferPool::give_any(Buffer buffer) {
  const std::size_t size_class = class_of(buffer.size);
  if (size_class < kClasses && kept_bytes_ + buffer.size <= kMaxKeptBytes) {
    kept_bytes_ += buffer.size;
    kept_[size_class].push_back(std::move(buffer));
  }
}

}  // namespace wskit::net
