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
  [[nodiscard]] Buffer take(std::size_t bytes);
  void give(Buffer buffer);

  /// Bytes in buffers that were taken and not given back.
  [[nodiscard]] std::size_t bytes_out() const { return bytes_out_; }

 private:
  static constexpr std::size_t kClasses = 12;  // 512 bytes to 1 MiB

  std::array<std::vector<Buffer>, kClasses> kept_;
  std::size_t kept_bytes_ = 0;
  std::size_t bytes_out_ = 0;
};

}  // namespace wskit::net
