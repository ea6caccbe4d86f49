// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "net/stream.h"

struct bio_st;

namespace wskit::net {

/// What OpenSSL reads from and writes to: the bytes that the loop just received, and the send queue
/// of the stream below. Nothing lies in between.
struct TlsTransport {
  Stream& stream;
  /// Not yet read; whoever owns the bytes sets and resets it.
  std::span<const std::byte> received{};
  /// Bytes ever committed to the stream.
  std::size_t written = 0;
};

/// A BIO over `transport`, which outlives it; null when there is no memory. Reading says "retry"
/// when all is read: the end of the stream is not OpenSSL's business.
[[nodiscard]] bio_st* new_transport_bio(TlsTransport& transport);

}  // namespace wskit::net
