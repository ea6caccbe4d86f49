// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <zlib.h>

#include "core/check.h"

namespace wskit::test {

/// The other side's permessage-deflate with context takeover, on zlib alone (RFC 7692 7.2).
class CompressingPeer {
 public:
  CompressingPeer() {
    check(deflateInit2(&deflate_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) ==
              Z_OK,
          "zlib compresses");
    check(inflateInit2(&inflate_, -15) == Z_OK, "zlib inflates");
  }
  CompressingPeer(const CompressingPeer&) = delete;
  CompressingPeer& operator=(const CompressingPeer&) = delete;
  ~CompressingPeer() {
    deflateEnd(&deflate_);
    inflateEnd(&inflate_);
  }

  /// A whole message's payload.
  [[nodiscard]] std::string compress(std::string_view message) {
    std::string out = compress_piece(message);
    out.resize(out.size() - 4);
    return out;
  }
  /// A piece of a message, flushed, so that it can be inflated before the next one comes.
  [[nodiscard]] std::string compress_piece(std::string_view piece) {
    std::string out(piece.size() * 2 + 100, '\0');
    run(deflate_, piece, out, [](z_stream* z) { ::deflate(z, Z_SYNC_FLUSH); });
    return out;
  }
  [[nodiscard]] std::string inflate(std::string_view payload) {
    std::string out(10'000'000, '\0');
    run(inflate_, std::string(payload) + std::string("\0\0\xFF\xFF", 4), out,
        [](z_stream* z) { ::inflate(z, Z_SYNC_FLUSH); });
    return out;
  }

 private:
  static void run(z_stream& zlib, std::string_view in, std::string& out, void (*step)(z_stream*)) {
    std::string copy(in);
    zlib.next_in = reinterpret_cast<Bytef*>(copy.data());
    zlib.avail_in = static_cast<uInt>(copy.size());
    zlib.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib.avail_out = static_cast<uInt>(out.size());
    step(&zlib);
    check(zlib.avail_in == 0 && zlib.avail_out > 0, "the room is large enough");
    out.resize(out.size() - zlib.avail_out);
  }

  z_stream deflate_{};
  z_stream inflate_{};
};

}  // namespace wskit::test
