// SPDX-License-Identifier: MIT
#include "net/send_queue.h"

#include <algorithm>

namespace wskit::net {

void SendQueue::move_up(std::size_t bytes) {
  const std::size_t queued = size();
  // Moving down is worth it only when it frees at least half: else a queue that stays nearly full
  // would be copied for every few bytes that leave.
  const auto sent = static_cast<std::size_t>(begin_ - buffer_.bytes.get());
  if (sent >= buffer_.size / 2 && buffer_.size - queued >= bytes) {
    std::memmove(buffer_.bytes.get(), begin_, queued);
    begin_ = buffer_.bytes.get();
  } else {
    Buffer larger = pool_.take(std::max(queued + bytes, 2 * queued));
    std::memcpy(larger.bytes.get(), begin_, queued);
    pool_.give(std::move(buffer_));
    hold(std::move(larger));
  }
  window_.at = begin_ + queued;
}

}  // namespace wskit::net
