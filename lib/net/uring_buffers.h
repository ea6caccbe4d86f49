// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <liburing.h>

namespace wskit::net {

/// The buffers that a ring receives into: the kernel picks one when there is something to put into
/// it, so that a connection that waits owns none.
class UringBuffers {
 public:
  static constexpr unsigned kCount = 1024;
  static constexpr std::size_t kSize = 4096;
  static constexpr int kGroup = 0;

  UringBuffers();

  /// Registers with the kernel; 0 or errno.
  [[nodiscard]] int attach(io_uring& ring);

  /// The first `size` bytes of the buffer that a completion's flags name.
  [[nodiscard]] std::span<std::byte> used(unsigned flags, std::size_t size) const {
    return std::span(buffers_[flags >> IORING_CQE_BUFFER_SHIFT].bytes).first(size);
  }
  /// The buffer is no longer needed; the kernel gets it with publish().
  void give_back(unsigned flags);
  void publish();

 private:
  static constexpr std::size_t kPage = 4096;

  /// What io_uring_buf_ring lies over; the kernel wants it to begin with a page.
  struct alignas(kPage) Entries {
    std::array<io_uring_buf, kCount> entries;
  };
  struct alignas(kSize) Buffer {
    std::array<std::byte, kSize> bytes;
  };

  [[nodiscard]] io_uring_buf_ring* ring() {
    return reinterpret_cast<io_uring_buf_ring*>(entries_.get());
  }

  std::unique_ptr<Entries> entries_;
  std::unique_ptr<Buffer[]> buffers_;
  int returned_ = 0;
};

}  // namespace wskit::net
