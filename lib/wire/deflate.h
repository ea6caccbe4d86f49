// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "wire/deflate_negotiation.h"
#include "wire/role.h"

namespace wskit::wire {

/// What a compressed message ends in, on neither side of the wire (RFC 7692 7.2.1, 7.2.2).
inline constexpr std::string_view kDeflateTail{"\x00\x00\xff\xff", 4};

/// How hard to compress. The defaults are for many connections: against zlib's own (6 and 8) they
/// take 0.7 of the time on small messages and 0.3 on large ones, and 144 KiB a compressor instead
/// of 256; the result has 1.2 to 1.3 times the bytes (tests/perf/deflate_cost).
struct DeflateEffort {
  int level = 1;      // 0 to 9
  int mem_level = 5;  // 1 to 9
};

/// Compresses messages for one direction of a connection (RFC 7692 7.2.1). Owns nothing until it
/// compresses for the first time. Without context takeover nothing is kept from one message to the
/// next, so that one object can serve many connections, a whole message at a time.
class Deflater {
 public:
  /// `role` is ours: a client obeys the client_* parameters.
  Deflater(const DeflateParameters& parameters, Role role, const DeflateEffort& effort = {});
  ~Deflater();
  Deflater(Deflater&&) noexcept;
  Deflater& operator=(Deflater&&) noexcept;

  /// Appends compressed bytes to `out`. The message may come in pieces and go out in as many frames
  /// as the caller likes; `last` ends it (and may come with an empty piece).
  void compress(std::span<const std::byte> piece, bool last, std::string& out);

  /// Gives zlib's memory back until the next use; only between messages. The peer does not notice.
  void release();
  [[nodiscard]] bool owns_zlib_state() const { return stream_ != nullptr; }

 private:
  struct Stream;

  void run(int flush, std::string& out);

  std::unique_ptr<Stream> stream_;
  int window_bits_;
  bool context_takeover_;
  DeflateEffort effort_;
  bool in_message_ = false;
};

/// Of one message, after inflating. Checked while it is inflated, so that no more is ever produced.
struct InflateLimits {
  std::uint64_t max_message_bytes = 64ULL << 20;
  /// Inflated by compressed bytes; 0 is no limit. Deflate itself reaches 1032, with nothing but
  /// zeros, so only the size makes a message dangerous.
  std::uint64_t max_ratio = 0;
  /// Up to here the ratio does not count.
  std::uint64_t ratio_free_bytes = 1ULL << 20;
};

/// Restores the messages of the other direction (RFC 7692 7.2.2). Owns nothing until its first
/// message, and nothing between messages without context takeover. A peer that refers back beyond
/// the window it agreed to is found out unless what it refers to was inflated by the same next().
class Inflater {
 public:
  /// `role` is ours: a client expects the server_* parameters to be obeyed.
  Inflater(const DeflateParameters& parameters, Role role, const InflateLimits& limits = {});
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  /// Takes the next piece of a message's payload, unmasked; `last` if it ends the message. The
  /// bytes must live, and next() be called, until next() has returned an empty span.
  void feed(std::span<const std::byte> piece, bool last);

  /// Inflates into `scratch` (not empty) and returns the part of it that was filled; empty when the
  /// piece is used up. Fails with ErrorCode::too_big (close with 1009) at a limit, or
  /// ErrorCode::protocol_error when the payload is not valid; then the object is of no more use.
  [[nodiscard]] Expected<std::span<std::byte>> next(std::span<std::byte> scratch);
  /// The bytes that were fed need not live any longer: what is left of them is copied.
  void keep_rest();
  [[nodiscard]] bool owns_zlib_state() const { return stream_ != nullptr; }
  /// Of the message under way, also after a failure: which limit it was.
  [[nodiscard]] std::uint64_t inflated_bytes() const { return inflated_bytes_; }

 private:
  struct Stream;

  [[nodiscard]] Expected<std::size_t> run(std::span<std::byte> scratch);
  [[nodiscard]] bool next_input();
  [[nodiscard]] Expected<void> check_limits() const;
  [[nodiscard]] Expected<void> end_message();
  void restart_after_final_block();

  std::unique_ptr<Stream> stream_;
  int window_bits_;
  bool context_takeover_;
  InflateLimits limits_;
  std::span<const std::byte> piece_;
  std::vector<std::byte> kept_;
  bool last_ = false;
  bool in_tail_ = false;
  bool ended_in_final_block_ = false;
  std::uint64_t compressed_bytes_ = 0;
  std::uint64_t inflated_bytes_ = 0;
};

}  // namespace wskit::wire
