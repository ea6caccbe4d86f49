// SPDX-License-Identifier: MIT
#include "wire/utf8.h"

#include <algorithm>

namespace wskit::wire {
namespace {

/// Offset of the first byte at or after `from` that is not ASCII.
std::size_t skip_ascii(std::span<const std::byte> bytes, std::size_t from) {
  constexpr std::size_t kStride = 16;
  while (bytes.size() - from >= kStride && is_ascii(bytes.subspan(from, kStride))) {
    from += kStride;
  }
  const auto rest = bytes.subspan(from);
  const auto* found =
      std::ranges::find_if(rest, [](std::byte b) { return b >= std::byte{0x80}; }).base();
  return from + static_cast<std::size_t>(found - rest.data());
}

}  // namespace

bool Utf8Validator::start(unsigned lead) {
  low_ = 0x80;
  high_ = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    missing_ = 1;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    missing_ = 2;
    low_ = lead == 0xE0 ? 0xA0 : 0x80;   // else overlong
    high_ = lead == 0xED ? 0x9F : 0xBF;  // else a surrogate
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    missing_ = 3;
    low_ = lead == 0xF0 ? 0x90 : 0x80;   // else overlong
    high_ = lead == 0xF4 ? 0x8F : 0xBF;  // else above U+10FFFF
  } else {
    return false;
  }
  return true;
}

bool Utf8Validator::go_on(unsigned byte) {
  if (byte < low_ || byte > high_) {
    return false;
  }
  low_ = 0x80;
  high_ = 0xBF;
  --missing_;
  return true;
}

std::size_t Utf8Validator::consume_any(std::span<const std::byte> bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto byte = std::to_integer<unsigned>(bytes[at]);
    if (missing_ == 0 && byte < 0x80) {
      at = skip_ascii(bytes, at);
      continue;
    }
    if (!(missing_ > 0 ? go_on(byte) : start(byte))) {
      return at;
    }
    ++at;
  }
  return at;
}

bool is_utf8(std::span<const std::byte> text) {
  Utf8Validator validator;
  return validator.consume(text) == text.size() && validator.complete();
}

bool is_utf8(std::string_view text) {
  return is_utf8(std::as_bytes(std::span(text)));
}

}  // namespace wskit::wire
