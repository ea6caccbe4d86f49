// SPDX-License-Identifier: MIT
#include "script/input_splitter.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::script {
namespace {

constexpr std::array<std::pair<std::string_view, InputFormat>, 5> kInputFormats{{
    {"line", InputFormat::line},
    {"null", InputFormat::null},
    {"len32", InputFormat::len32},
    {"jsonl", InputFormat::jsonl},
    {"raw", InputFormat::raw},
}};

constexpr std::size_t kLengthBytes = 4;

std::size_t big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char c : bytes) {
    value = value << 8U | static_cast<unsigned char>(c);
  }
  return value;
}

}  // namespace

std::optional<InputFormat> input_format(std::string_view name) {
  for (const auto& [format_name, format] : kInputFormats) {
    if (format_name == name) {
      return format;
    }
  }
  return std::nullopt;
}

void InputSplitter::feed(std::span<const std::byte> bytes) {
  buffer_.erase(0, begin_);
  searched_ -= std::min(searched_, begin_);
  begin_ = 0;
  buffer_ += as_text(bytes);
}

Expected<std::optional<std::string_view>> InputSplitter::next() {
  switch (format_) {
    case InputFormat::null:
      return next_delimited('\0');
    case InputFormat::len32:
      return next_counted();
    case InputFormat::raw:
      return next_whole();
    default:
      return next_delimited('\n');
  }
}

Expected<std::optional<std::string_view>> InputSplitter::next_whole() {
  if (buffer_.size() - begin_ > max_bytes_) {
    return too_long();
  }
  if (!ended_ || begin_ == buffer_.size()) {
    return std::nullopt;
  }
  return take(buffer_.size() - begin_, 0);
}

std::string_view InputSplitter::take(std::size_t bytes, std::size_t skip) {
  const std::string_view piece = std::string_view(buffer_).substr(begin_, bytes);
  begin_ += bytes + skip;
  searched_ = begin_;
  ++count_;
  return piece;
}

std::unexpected<Error> InputSplitter::too_long() const {
  return fail(ErrorCode::too_big,
              fmt::format("message {} is longer than {} bytes", count_ + 1, max_bytes_));
}

Expected<std::optional<std::string_view>> InputSplitter::next_delimited(char delimiter) {
  const std::size_t found = buffer_.find(delimiter, std::max(begin_, searched_));
  const std::size_t end = found == std::string::npos ? buffer_.size() : found;
  if (end - begin_ > max_bytes_) {
    return too_long();
  }
  if (found != std::string::npos) {
    return take(found - begin_, 1);
  }
  searched_ = buffer_.size();
  if (ended_ && begin_ < buffer_.size()) {
    return take(buffer_.size() - begin_, 0);
  }
  return std::nullopt;
}

Expected<std::optional<std::string_view>> InputSplitter::next_counted() {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  if (rest.size() >= kLengthBytes) {
    const std::size_t length = big_endian(rest.substr(0, kLengthBytes));
    if (length > max_bytes_) {
      return too_long();
    }
    if (rest.size() - kLengthBytes >= length) {
      begin_ += kLengthBytes;
      return take(length, 0);
    }
  }
  if (ended_ && !rest.empty()) {
    return fail(ErrorCode::usage,
                fmt::format("message {} is cut off at the end of the input", count_ + 1));
  }
  return std::nullopt;
}

}  // namespace wskit::script
