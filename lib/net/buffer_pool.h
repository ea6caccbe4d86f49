// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace wskit::net {

/// A piece of memory of 512 bytes times a power of two.
struct Buffer {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
};

/// The send buffers of one loop. Streams take one when they have something to send and give it
/// back when it is sent; what is given back is kept for the next, up to kMaxKeptBytes.
class BufferPool {
 public:
  static constexpr std::size_t kSmallest = 512;
  static constexpr std::size_t kMaxKeptBytes = std::size_t{8} << 20;

  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();

  /// A buffer of `bytes` or more, contents unspecified.
  [[nodiscard]] Buffer take(std::size_t bytes) {
    if (bytes > kSmallest || small_ == nullptr) [[unlikely]] {
      return take_any(bytes);
    }
    return {std::unique_ptr<std::byte[]>(take_small()), kSmallest};
  }
  void give(Buffer buffer) {
    if (buffer.size != kSmallest || kept_bytes_ + kSmallest > kMaxKeptBytes) [[unlikely]] {
      return give_any(std::move(buffer));
    }
    kept_bytes_ += kSmallest;
    std::byte* const next = std::exchange(small_, buffer.bytes.release());
    std::memcpy(small_, static_cast<const void*>(&next), sizeof next);
  }
  /// Of all buffers that were given back and not taken again.
  [[nodiscard]] std::size_t kept_bytes() const { return kept_bytes_; }

 private:
  static constexpr std::size_t kClasses = 12;  // 512 bytes to 1 MiB

  [[nodiscard]] std::byte* take_small() {
    kept_bytes_ -= kSmallest;
    std::byte* next = nullptr;
    std::memcpy(static_cast<void*>(&next), small_, sizeof next);
    return std::exchange(small_, next);
  }
  [[nodiscard]] Buffer take_any(std::size_t bytes);
  void give_any(Buffer buffer);

  /// The smallest buffers, owned; each begins with the address of the next.
  std::byte* small_ = nullptr;
  std::array<std::vector<Buffer>, kClasses> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace wskit::net
