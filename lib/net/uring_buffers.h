// SPDX-License-Identifier: MIT
#pragma once

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
    return {memory_.get() + kSize * (flags >> IORING_CQE_BUFFER_SHIFT), size};
  }
  /// The buffer is no longer needed; the kernel gets it with publish().
  void give_back(unsigned flags);
  void publish();

 private:
  struct Free {
    void operator()(void* memory) const;
  };

  std::unique_ptr<io_uring_buf_ring, Free> ring_;
  std::unique_ptr<std::byte, Free> memory_;
  int returned_ = 0;
};

}  // namespace wskit::net
