// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>

#include <zlib.h>

namespace wskit::test {

/// The payload of a message (RFC 7692 7.2.1) that inflates to `size` zeros.
inline std::string deflated_zeros(std::size_t size) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::runtime_error("zlib");
  }
  std::string zeros(std::min(size, std::size_t{1} << 20), '\0');
  std::string out(size / 512 + 4096, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  for (std::size_t left = size; left > 0;) {
    const std::size_t piece = std::min(left, zeros.size());
    left -= piece;
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = static_cast<uInt>(piece);
    deflate(&stream, left > 0 ? Z_NO_FLUSH : Z_SYNC_FLUSH);
  }
  out.resize(stream.total_out - 4);  // without the empty block's 00 00 ff ff
  deflateEnd(&stream);
  return out;
}

}  // namespace wskit::test
