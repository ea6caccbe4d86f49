// SPDX-License-Identifier: MIT
#include "net/uring_ring.h"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "core/check.h"
#include "net/sleep.h"
#include "net/socket_error.h"

namespace wskit::net {
namespace {

// Requests in one submission; more are submitted in between.
constexpr unsigned kQueueEntries = 2048;
// Completions of one turn; the kernel keeps what does not fit.
constexpr unsigned kCompletionEntries = 16384;

std::unexpected<Error> refused(const char* step, int error) {
  Error failure = local_error("create an io_uring loop", {step, error});
  failure.message += "; the epoll loop works everywhere";
  return std::unexpected(std::move(failure));
}

void check_entered(int result) {
  // EAGAIN and EBUSY: the kernel wants completions to be taken first, which comes next.
  check(
      result >= 0 || result == -ETIME || result == -EINTR || result == -EAGAIN || result == -EBUSY,
      "io_uring_enter fails only for passing reasons");
}

}  // namespace

Expected<std::unique_ptr<UringRing>> UringRing::create(std::uint64_t& system_calls) {
  io_uring_params params{};
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL |
                 IORING_SETUP_CQSIZE;
  params.cq_entries = kCompletionEntries;
  io_uring ring{};
  if (const int error = -io_uring_queue_init_params(kQueueEntries, &ring, &params); error != 0) {
    return refused("io_uring_setup", error);
  }
  auto result = std::make_unique<UringRing>(ring, system_calls);
  if (const int error = result->buffers_.attach(result->ring_); error != 0) {
    return refused("register receive buffers", error);
  }
  return result;
}

UringRing::UringRing(const io_uring& ring, std::uint64_t& system_calls)
    : ring_(ring), system_calls_(system_calls) {}

UringRing::~UringRing() {
  io_uring_queue_exit(&ring_);
}

void UringRing::receive(std::uint64_t key, int fd, bool ready) {
  io_uring_sqe& entry = next_entry();
  io_uring_prep_recv_multishot(&entry, fd, nullptr, 0, 0);
  if (!ready) {
    entry.ioprio |= IORING_RECVSEND_POLL_FIRST;
  }
  entry.flags |= IOSQE_BUFFER_SELECT;
  entry.buf_group = UringBuffers::kGroup;
  entry.user_data = user_data(key, UringOp::receive);
}

void UringRing::send(std::uint64_t key, int fd, std::span<const std::byte> bytes) {
  io_uring_sqe& entry = next_entry();
  io_uring_prep_send(&entry, fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  entry.user_data = user_data(key, UringOp::send);
}

void UringRing::poll(std::uint64_t key, int fd, unsigned events) {
  io_uring_sqe& entry = next_entry();
  io_uring_prep_poll_add(&entry, fd, events);
  entry.user_data = user_data(key, UringOp::poll);
}

void UringRing::cancel(std::uint64_t key, UringOp op) {
  io_uring_sqe& entry = next_entry();
  io_uring_prep_cancel64(&entry, user_data(key, op), 0);
  entry.user_data = user_data(0, UringOp::cancel);
}

io_uring_sqe& UringRing::next_entry() {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  if (entry == nullptr) {
    submit();
    entry = io_uring_get_sqe(&ring_);
  }
  check(entry != nullptr, "the submission queue has room after a submission");
  return *entry;
}

void UringRing::submit() {
  ++system_calls_;
  check_entered(io_uring_submit(&ring_));
}

void UringRing::submit_and_reap() {
  ++system_calls_;
  check_entered(io_uring_submit_and_get_events(&ring_));
}

void UringRing::wait(const Nanoseconds* timeout) {
  ++system_calls_;
  if (timeout == nullptr) {
    check_entered(io_uring_submit_and_wait(&ring_, 1));
    return;
  }
  const timespec left = to_timespec(*timeout);
  __kernel_timespec kernel{.tv_sec = left.tv_sec, .tv_nsec = left.tv_nsec};
  io_uring_cqe* entry = nullptr;
  check_entered(io_uring_submit_and_wait_timeout(&ring_, &entry, 1, &kernel, nullptr));
}

}  // namespace wskit::net
