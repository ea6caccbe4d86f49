// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>

#include <zlib.h>

namespace wskit::test {

/// The payload of a message (RFC 7692 7.2.1) that inflates to `size` zeros: whole MiB, or less than
/// one.
inline std::string deflated_zeros(std::size_t size) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::runtime_error("zlib");
  }
  // Flushed in full, a piece's bytes say the same anywhere: it need be compressed but once.
  const std::size_t piece = std::min(size, std::size_t{1} << 20);
  std::string zeros(piece, '\0');
  std::string block(piece / 512 + 4096, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
  stream.avail_in = static_cast<uInt>(piece);
  stream.next_out = reinterpret_cast<Bytef*>(block.data());
  stream.avail_out = static_cast<uInt>(block.size());
  deflate(&stream, Z_FULL_FLUSH);
  block.resize(stream.total_out);
  deflateEnd(&stream);
  std::string out;
  for (std::size_t left = size; left > 0; left -= piece) {
    out += block;
  }
  out.resize(out.size() - 4);  // without the empty block's 00 00 ff ff
  return out;
}

}  // namespace wskit::test
