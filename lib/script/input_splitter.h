// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace wskit::script {

/// How a stream of bytes is cut into messages: at line ends, at NUL bytes, by a length of 32 bits
/// in network order before each, at the line ends of a recording (recording.h), or not at all: the
/// whole input is one message.
enum class InputFormat : std::uint8_t { line, null, len32, jsonl, raw };

[[nodiscard]] std::optional<InputFormat> input_format(std::string_view name);

/// Cuts a stream into pieces, wherever its reads were cut. The last line needs no line end; a
/// carriage return stays part of its line; an empty line is an empty message.
class InputSplitter {
 public:
  /// A piece longer than `max_bytes` is an error: it would have to be kept in memory.
  InputSplitter(InputFormat format, std::size_t max_bytes)
      : format_(format), max_bytes_(max_bytes) {}

  void feed(std::span<const std::byte> bytes);
  /// Nothing more will be fed.
  void end() { ended_ = true; }

  /// The next piece, valid until the next call of feed(); nothing when more bytes are needed, or
  /// at the end. Fails with ErrorCode::too_big or, for a length whose bytes are missing at the end,
  /// ErrorCode::usage.
  [[nodiscard]] Expected<std::optional<std::string_view>> next();
  /// All that was fed has been given, and there is no more.
  [[nodiscard]] bool done() const { return ended_ && begin_ == buffer_.size(); }
  /// Which piece next() gave last, counted from 1.
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  [[nodiscard]] Expected<std::optional<std::string_view>> next_delimited(char delimiter);
  [[nodiscard]] Expected<std::optional<std::string_view>> next_counted();
  [[nodiscard]] Expected<std::optional<std::string_view>> next_whole();
  [[nodiscard]] std::string_view take(std::size_t bytes, std::size_t skip);
  [[nodiscard]] std::unexpected<Error> too_long() const;

  InputFormat format_;
  std::size_t max_bytes_;
  std::string buffer_;
  /// Where the next piece begins, and up to where it was searched for its end.
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;
  std::uint64_t count_ = 0;
  bool ended_ = false;
};

}  // namespace wskit::script
