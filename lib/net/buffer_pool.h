// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
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

  /// A buffer of `bytes` or more, contents unspecified.
  [[nodiscard]] Buffer take(std::size_t bytes) {
    std::vector<Buffer>& smallest = kept_.front();
    if (bytes > kSmallest || smallest.empty()) [[unlikely]] {
      return take_any(bytes);
    }
    Buffer buffer = std::move(smallest.back());
    smallest.pop_back();
    kept_bytes_ -= kSmallest;
    return buffer;
  }
  void give(Buffer buffer) {
    if (buffer.size != kSmallest || kept_bytes_ + kSmallest > kMaxKeptBytes) [[unlikely]] {
      return give_any(std::move(buffer));
    }
    kept_bytes_ += kSmallest;
    kept_.front().push_back(std::move(buffer));
  }

 private:
  static constexpr std::size_t kClasses = 12;  // 512 bytes to 1 MiB

  [[nodiscard]] Buffer take_any(std::size_t bytes);
  void give_any(Buffer buffer);

  std::array<std::vector<Buffer>, kClasses> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace wskit::net
