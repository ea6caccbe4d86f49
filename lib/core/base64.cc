// SPDX-License-Identifier: MIT
#include "core/base64.h"

#include <array>
#include <cstdint>

namespace wskit {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint32_t kSextetMask = 0x3f;
constexpr std::uint8_t kNotInAlphabet = 0xff;

using Inverse = std::array<std::uint8_t, 256>;

constexpr Inverse invert(std::string_view alphabet) {
  Inverse inverse{};
  inverse.fill(kNotInAlphabet);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    inverse[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return inverse;
}

constexpr Inverse kStandardInverse = invert(kStandard);
constexpr Inverse kUrlInverse = invert(kUrl);

std::string encode(std::span<const std::byte> bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t pending = 0;
  int bits = 0;
  for (const std::byte byte : bytes) {
    pending = pending << 8 | std::to_integer<std::uint32_t>(byte);
    for (bits += 8; bits >= 6; bits -= 6) {
      text += alphabet[pending >> (bits - 6) & kSextetMask];
    }
  }
  if (bits > 0) {
    text += alphabet[pending << (6 - bits) & kSextetMask];
  }
  return text;
}

std::optional<std::string> decode(std::string_view text, const Inverse& inverse) {
  // A single character left over holds only six bits: no byte ends there.
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char character : text) {
    const std::uint8_t sextet = inverse[static_cast<unsigned char>(character)];
    if (sextet == kNotInAlphabet) {
      return std::nullopt;
    }
    pending = pending << 6 | sextet;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(pending >> bits & 0xff);
    }
  }
  if ((pending & ((1U << bits) - 1)) != 0) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace

std::string base64_encode(std::span<const std::byte> bytes) {
  std::string text = encode(bytes, kStandard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string base64_encode(std::string_view bytes) {
  return base64_encode(std::as_bytes(std::span(bytes)));
}

std::string base64url_encode(std::span<const std::byte> bytes) {
  return encode(bytes, kUrl);
}

std::string base64url_encode(std::string_view bytes) {
  return base64url_encode(std::as_bytes(std::span(bytes)));
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
    text.remove_suffix(1);
  }
  return decode(text, kStandardInverse);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  return decode(text, kUrlInverse);
}

}  // namespace wskit
