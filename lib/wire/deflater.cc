// SPDX-License-Identifier: MIT
#define ZLIB_CONST  // zlib's next_in is const only then
#include "wire/deflate.h"

#include <algorithm>
#include <climits>
#include <new>
#include <string_view>

#include <zlib.h>

#include "core/bytes.h"
#include "core/check.h"

namespace wskit::wire {
namespace {

using namespace std::string_view_literals;

constexpr char kEmptyMessage = '\x00';  // RFC 7692 7.2.3.6
constexpr std::size_t kMinRoom = 64;
constexpr std::size_t kMaxFirstRoom = 16'384;

/// zlib does no raw deflate with a window of 256 bytes, but with one of 512 it refers back by at
/// most 512 - 262 = 250 bytes, so what it writes suits a peer that agreed to 256.
int zlib_window_bits(int window_bits) {
  return std::max(window_bits, kMinWindowBits + 1);
}

}  // namespace

struct Deflater::Stream {
  Stream(int window_bits, const DeflateEffort& effort) {
    const int result = deflateInit2(&zlib, effort.level, Z_DEFLATED, -zlib_window_bits(window_bits),
                                    effort.mem_level, Z_DEFAULT_STRATEGY);
    if (result == Z_MEM_ERROR) {
      throw std::bad_alloc();
    }
    check(result == Z_OK, "zlib takes the level, memory level and window bits of a Deflater");
  }
  ~Stream() { deflateEnd(&zlib); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream zlib{};
};

Deflater::Deflater(const DeflateParameters& parameters, Role role, const DeflateEffort& effort)
    : window_bits_(role == Role::client ? parameters.client_max_window_bits
                                        : parameters.server_max_window_bits),
      context_takeover_(role == Role::client ? !parameters.client_no_context_takeover
                                             : !parameters.server_no_context_takeover),
      effort_(effort) {}

Deflater::~Deflater() = default;
Deflater::Deflater(Deflater&&) noexcept = default;
Deflater& Deflater::operator=(Deflater&&) noexcept = default;

void Deflater::compress(std::span<const std::byte> piece, bool last, std::string& out) {
  if (piece.empty() && !in_message_) {
    if (last) {
      out += kEmptyMessage;
    }
    return;
  }
  if (!stream_) {
    stream_ = std::make_unique<Stream>(window_bits_, effort_);
  }
  in_message_ = true;
  z_stream& zlib = stream_->zlib;
  do {
    const auto part = piece.first(std::min<std::size_t>(piece.size(), UINT_MAX));
    piece = piece.subspan(part.size());
    zlib.next_in = reinterpret_cast<const Bytef*>(part.data());
    zlib.avail_in = static_cast<uInt>(part.size());
    run(last && piece.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH, out);
  } while (!piece.empty());
  if (!last) {
    return;
  }
  in_message_ = false;
  check(out.ends_with(kDeflateTail), "a sync flush ends in an empty stored block");
  out.resize(out.size() - kDeflateTail.size());
  if (!context_takeover_) {
    check(deflateReset(&zlib) == Z_OK, "zlib resets a stream that it made");
  }
}

void Deflater::run(int flush, std::string& out) {
  z_stream& zlib = stream_->zlib;
  do {
    const std::size_t old_size = out.size();
    const std::size_t wanted = std::min<std::size_t>(zlib.avail_in, kMaxFirstRoom) + kMinRoom;
    const std::size_t room =
        std::min<std::size_t>(std::max(out.capacity() - old_size, wanted), UINT_MAX);
    // The size that libstdc++ 12 passes is the new capacity, not what was asked for.
    out.resize_and_overwrite(old_size + room, [&](char* bytes, std::size_t) {
      zlib.next_out = reinterpret_cast<Bytef*>(bytes + old_size);
      zlib.avail_out = static_cast<uInt>(room);
      const int result = deflate(&zlib, flush);
      check(result == Z_OK || result == Z_BUF_ERROR, "deflate does not fail in mid-stream");
      return old_size + room - zlib.avail_out;
    });
  } while (zlib.avail_out == 0);
}

void Deflater::release() {
  check(!in_message_, "a compressor is released between messages");
  stream_.reset();
}

}  // namespace wskit::wire
