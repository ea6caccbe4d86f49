// SPDX-License-Identifier: MIT
#define ZLIB_CONST  // zlib's next_in is const only then
#include "wire/deflate.h"

#include <algorithm>
#include <climits>
#include <new>
#include <string_view>

#include <fmt/format.h>
#include <zlib.h>

#include "core/bytes.h"
#include "core/check.h"

namespace wskit::wire {
namespace {

using namespace std::string_view_literals;

// Of z_stream::data_type after inflate().
constexpr int kUnusedBits = 0x3f;
constexpr int kAtBlockBoundary = 0x80;

}  // namespace

struct Inflater::Stream {
  explicit Stream(int window_bits) {
    const int result = inflateInit2(&zlib, -window_bits);
    if (result == Z_MEM_ERROR) {
      throw std::bad_alloc();
    }
    check(result == Z_OK, "zlib takes the window bits of an Inflater");
  }
  ~Stream() { inflateEnd(&zlib); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream zlib{};
};

Inflater::Inflater(const DeflateParameters& parameters, Role role, const InflateLimits& limits)
    : window_bits_(role == Role::client ? parameters.server_max_window_bits
                                        : parameters.client_max_window_bits),
      context_takeover_(role == Role::client ? !parameters.server_no_context_takeover
                                             : !parameters.client_no_context_takeover),
      limits_(limits) {}

Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

void Inflater::feed(std::span<const std::byte> piece, bool last) {
  check(piece_.empty() && !last_, "an Inflater is drained before the next piece");
  piece_ = piece;
  last_ = last;
}

void Inflater::keep_rest() {
  if (!in_tail_ && !piece_.empty()) {
    // Not assign(): on a second call the rest lies in what was kept.
    kept_ = std::vector<std::byte>(piece_.begin(), piece_.end());
    piece_ = kept_;
  }
}

Expected<std::span<std::byte>> Inflater::next(std::span<std::byte> scratch) {
  check(!scratch.empty(), "there is room to inflate into");
  if (piece_.empty() && !last_ && !stream_) {
    return std::span<std::byte>{};
  }
  if (!stream_) {
    stream_ = std::make_unique<Stream>(window_bits_);
  }
  do {
    auto produced = run(scratch);
    if (!produced) {
      return std::unexpected(std::move(produced.error()));
    }
    if (*produced > 0) {
      return scratch.first(*produced);
    }
  } while (next_input());
  if (!last_) {
    return std::span<std::byte>{};
  }
  if (auto ended = end_message(); !ended) {
    return std::unexpected(std::move(ended.error()));
  }
  return std::span<std::byte>{};
}

/// One call of inflate(): how many bytes of `scratch` it filled.
Expected<std::size_t> Inflater::run(std::span<std::byte> scratch) {
  // One byte more than allowed, so that a message of exactly the limit passes.
  const std::uint64_t allowed = limits_.max_message_bytes - inflated_bytes_;
  if (allowed < scratch.size()) {
    scratch = scratch.first(static_cast<std::size_t>(allowed) + 1);
  }
  z_stream& zlib = stream_->zlib;
  const auto room = static_cast<uInt>(std::min<std::size_t>(scratch.size(), UINT_MAX));
  const auto given = static_cast<uInt>(std::min<std::size_t>(piece_.size(), UINT_MAX));
  zlib.next_in = reinterpret_cast<const Bytef*>(piece_.data());
  zlib.avail_in = given;
  zlib.next_out = reinterpret_cast<Bytef*>(scratch.data());
  zlib.avail_out = room;
  const int result = inflate(&zlib, Z_SYNC_FLUSH);
  if (result == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
  const std::size_t consumed = given - zlib.avail_in;
  const std::size_t produced = room - zlib.avail_out;
  piece_ = piece_.subspan(consumed);
  compressed_bytes_ += consumed;
  inflated_bytes_ += produced;
  ended_in_final_block_ = ended_in_final_block_ && consumed == 0;
  if (auto within = check_limits(); !within) {
    return std::unexpected(std::move(within.error()));
  }
  if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) {
    return fail(ErrorCode::protocol_error,
                fmt::format("the compressed message is not valid deflate: {}",
                            zlib.msg == nullptr ? "broken" : zlib.msg));
  }
  if (result == Z_STREAM_END) {
    restart_after_final_block();
  }
  return produced;
}

/// False when the message is used up, or this piece of it.
bool Inflater::next_input() {
  if (!piece_.empty()) {
    return true;
  }
  // A sender should put an empty block after a final one (RFC 7692 7.2.3.4); where it forgot, the
  // message is complete all the same and the tail would be garbage.
  if (!last_ || in_tail_ || ended_in_final_block_) {
    return false;
  }
  in_tail_ = true;
  piece_ = as_bytes(kDeflateTail);
  return true;
}

Expected<void> Inflater::check_limits() const {
  if (inflated_bytes_ > limits_.max_message_bytes) {
    return fail(ErrorCode::too_big, fmt::format("the message inflates to more than {} bytes",
                                                limits_.max_message_bytes));
  }
  if (limits_.max_ratio != 0 && inflated_bytes_ > limits_.ratio_free_bytes &&
      inflated_bytes_ / limits_.max_ratio >= std::max<std::uint64_t>(compressed_bytes_, 1)) {
    return fail(
        ErrorCode::too_big,
        fmt::format("the message inflates to more than {} times its size", limits_.max_ratio));
  }
  return {};
}

Expected<void> Inflater::end_message() {
  const int state = stream_->zlib.data_type;
  const bool complete =
      ended_in_final_block_ || ((state & kAtBlockBoundary) != 0 && (state & kUnusedBits) == 0);
  last_ = false;
  in_tail_ = false;
  ended_in_final_block_ = false;
  compressed_bytes_ = 0;
  inflated_bytes_ = 0;
  if (!complete) {
    return fail(ErrorCode::protocol_error,
                "the compressed message is cut short: it ends inside a deflate block");
  }
  if (!context_takeover_) {
    // 40 KiB less for an idle connection; making a new one costs 80 ns more than a reset.
    stream_.reset();
  }
  return {};
}

/// More blocks may follow one that says it is the last, and refer back to what was before it: the
/// window is kept. zlib exports inflateResetKeep without describing it; the described way copies
/// the window out and in again, 64 KiB for each two bytes that a hostile peer sends.
void Inflater::restart_after_final_block() {
  check(inflateResetKeep(&stream_->zlib) == Z_OK, "zlib restarts a stream that it made");
  ended_in_final_block_ = true;
}

}  // namespace wskit::wire
