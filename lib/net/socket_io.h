// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wskit::net {

/// recv() and send() without what the C library adds to them: points where a thread may be
/// cancelled, which nobody here does and which cost as much as a small message. -1 and errno on
/// failure.
[[nodiscard]] inline ssize_t receive_bytes(int socket, std::span<std::byte> buffer) {
  return ::syscall(SYS_recvfrom, socket, buffer.data(), buffer.size(), 0, nullptr, nullptr);
}

[[nodiscard]] inline ssize_t send_bytes(int socket, std::span<const std::byte> bytes) {
  return ::syscall(SYS_sendto, socket, bytes.data(), bytes.size(), MSG_NOSIGNAL, nullptr, 0);
}

}  // namespace wskit::net
