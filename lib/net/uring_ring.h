// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <liburing.h>

#include "core/clock.h"
#include "core/error.h"
#include "net/uring_buffers.h"

namespace wskit::net {

/// What was asked of the kernel; in the top byte of a completion's user data, over the target's
/// key.
enum class UringOp : std::uint8_t { cancel, receive, send, poll };

struct UringCompletion {
  std::uint64_t key = 0;
  UringOp op = UringOp::cancel;
  /// As the system call would return it: bytes or events, or a negative errno.
  int result = 0;
  /// IORING_CQE_F_*.
  unsigned flags = 0;

  /// The request goes on: another completion follows.
  [[nodiscard]] bool more() const { return (flags & IORING_CQE_F_MORE) != 0; }
};

/// An io_uring of one thread, with the buffers that it receives into. Requests are queued and
/// submitted together; the kernel works on completions only when asked, on this thread
/// (IORING_SETUP_DEFER_TASKRUN). Needs Linux 6.1.
class UringRing {
 public:
  /// Counts what it calls in `system_calls`. Fails where the kernel or a container forbids it.
  [[nodiscard]] static Expected<std::unique_ptr<UringRing>> create(std::uint64_t& system_calls);
  UringRing(const io_uring& ring, std::uint64_t& system_calls);
  UringRing(const UringRing&) = delete;
  UringRing& operator=(const UringRing&) = delete;
  ~UringRing();

  [[nodiscard]] UringBuffers& buffers() { return buffers_; }

  /// Receives into buffers() again and again, until more() says that it is over. `ready` says that
  /// there is something to receive: then it is tried before it is waited for.
  void receive(std::uint64_t key, int fd, bool ready);
  /// `bytes` must stay until the completion.
  void send(std::uint64_t key, int fd, std::span<const std::byte> bytes);
  /// One completion with the events that came.
  void poll(std::uint64_t key, int fd, unsigned events);
  /// Ends a request; it completes with ECANCELED unless it was faster.
  void cancel(std::uint64_t key, UringOp op);

  /// Requests that were queued and not submitted.
  [[nodiscard]] unsigned queued() const { return io_uring_sq_ready(&ring_); }
  /// Completions that can be taken.
  [[nodiscard]] unsigned ready() const { return io_uring_cq_ready(&ring_); }

  void submit();
  /// Submits, and lets the kernel complete what it can without waiting.
  void submit_and_reap();
  /// As submit_and_reap(), but waits for a completion; without end if `timeout` is null.
  void wait(const Nanoseconds* timeout);

  /// Calls `take` with each completion and then gives the buffers back.
  template <class Take>
  void take_all(Take&& take) {
    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* entry = nullptr;
    io_uring_for_each_cqe(&ring_, head, entry) {
      ++count;
      take(UringCompletion{entry->user_data & kKeyMask,
                           static_cast<UringOp>(entry->user_data >> kOpShift), entry->res,
                           entry->flags});
    }
    io_uring_cq_advance(&ring_, count);
    buffers_.publish();
  }

 private:
  static constexpr unsigned kOpShift = 56;
  static constexpr std::uint64_t kKeyMask = (std::uint64_t{1} << kOpShift) - 1;

  [[nodiscard]] io_uring_sqe& next_entry();
  [[nodiscard]] static std::uint64_t user_data(std::uint64_t key, UringOp op) {
    return key | static_cast<std::uint64_t>(op) << kOpShift;
  }

  io_uring ring_;
  std::uint64_t& system_calls_;
  UringBuffers buffers_;
};

}  // namespace wskit::net
