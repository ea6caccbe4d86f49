// SPDX-License-Identifier: MIT
#include "net/send_queue.h"

#include <algorithm>

namespace wskit::net {

void SendQueue::make_room(std::size_t bytes) {
  const std::size_t queued = size();
  // Moving down is worth it only when it frees at least half: else a queue that stays nearly full
  // would be copied for every few bytes that leave.
  const bool fits_below = begin_ >= buffer_.size / 2 && buffer_.size - queued >= bytes;
  if (fits_below && queued > 0) {
    std::memmove(buffer_.bytes.get(), buffer_.bytes.get() + begin_, queued);
  } else {
    Buffer larger = pool_.take(std::max(queued + bytes, 2 * queued));
    if (queued > 0) {
      std::memcpy(larger.bytes.get(), buffer_.bytes.get() + begin_, queued);
    }
    if (buffer_.size != 0) {
      pool_.give(std::move(buffer_));
    }
    buffer_ = std::move(larger);
  }
  begin_ = 0;
  end_ = queued;
}

}  // namespace wskit::net
