// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/clock.h"
#include "wire/deflate.h"

namespace wskit::ws {

/// What both ends of a connection can be told.
struct ConnectionOptions {
  /// A longer message, after inflating, closes the connection with 1009.
  std::uint64_t max_message_bytes = std::uint64_t{64} << 20;
  /// The same for one frame as it is on the wire.
  std::uint64_t max_frame_bytes = std::uint64_t{64} << 20;
  /// A compressed message may grow to so many times its size; 0 for no limit. Small messages of
  /// zeros reach 1,000 honestly, so this is off and max_message_bytes does the work.
  std::uint32_t max_inflate_ratio = 0;
  /// How hard messages are compressed where permessage-deflate was agreed on.
  wire::DeflateEffort deflate_effort;
  /// From our Close frame to the peer's, and from there to the end of the TCP connection; counted
  /// anew whenever the kernel takes some of what is unsent.
  Nanoseconds close_timeout = std::chrono::seconds(5);
  /// send() says Backpressure above this many unsent bytes, on_drain comes at half of it.
  std::size_t high_watermark = std::size_t{1} << 20;
  /// send() refuses (Dropped) a message that would make the queue longer.
  std::size_t max_unsent_bytes = std::size_t{64} << 20;
};

}  // namespace wskit::ws
