// SPDX-License-Identifier: MIT
#include "load/echo_matcher.h"

#include <array>
#include <random>
#include <string_view>

#include "core/check.h"

namespace wskit::load {
namespace {

constexpr std::size_t kBinaryHeader = 16;
constexpr std::size_t kTextHeader = 22;
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr int kBitsPerDigit = 6;
constexpr int kDigitsOfHalf = 11;
constexpr std::uint8_t kNoDigit = 0xff;

constexpr auto digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kDigitValues = digit_values();

/// RFC 4648 section 5 without padding: 128 bits are 21 digits of 6 bits and one of the last 2.
class BitWriter {
 public:
  explicit BitWriter(std::byte* out) : out_(out) {}
  void digit(std::uint64_t value) { *out_++ = static_cast<std::byte>(kDigits[value & 63]); }

 private:
  std::byte* out_;
};

void fill(std::span<std::byte> filler, ws::MessageType type, std::mt19937_64& random) {
  for (std::byte& byte : filler) {
    const std::uint64_t value = random();
    byte = type == ws::MessageType::text ? static_cast<std::byte>(kDigits[value & 63])
                                         : static_cast<std::byte>(value & 0xff);
  }
}

}  // namespace

std::size_t min_echo_size(ws::MessageType type) {
  return type == ws::MessageType::text ? kTextHeader : kBinaryHeader;
}

EchoMatcher::EchoMatcher(const Plan& plan)
    : type_(plan.payload.type),
      header_size_(min_echo_size(type_)),
      message_(plan.payload.size_bytes) {
  check(message_.size() >= header_size_, "the payload holds the echo header");
  std::mt19937_64 random(plan.seed);
  constexpr unsigned kRunShift = 32;
  run_ = random() << kRunShift;
  fill(std::span(message_).subspan(header_size_), type_, random);
}

void EchoMatcher::write_text(std::byte* out, const Header& header) {
  BitWriter writer(out);
  constexpr int kTop = 58;
  for (int i = 0; i < kDigitsOfHalf - 1; ++i) {
    writer.digit(header.high >> (kTop - i * kBitsPerDigit));
  }
  // Four bits of the first half and two of the second share a digit.
  writer.digit(header.high << 2 | header.low >> 62);
  for (int shift = 56; shift >= 2; shift -= kBitsPerDigit) {
    writer.digit(header.low >> shift);
  }
  writer.digit(header.low << 4);
}

EchoMatcher::Header EchoMatcher::read_text(const std::byte* in) const {
  Header header;
  std::array<std::uint64_t, kTextHeader> digits{};
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kTextHeader; ++i) {
    digits[i] = kDigitValues[std::to_integer<unsigned char>(in[i])];
    seen |= digits[i];
  }
  if (seen > 63) {
    return {.high = ~run_};
  }
  for (std::size_t i = 0; i < 10; ++i) {
    header.high = header.high << kBitsPerDigit | digits[i];
  }
  header.high = header.high << 4 | digits[10] >> 2;
  header.low = digits[10] & 3;
  for (std::size_t i = 11; i < 21; ++i) {
    header.low = header.low << kBitsPerDigit | digits[i];
  }
  header.low = header.low << 2 | digits[21] >> 4;
  return header;
}

}  // namespace wskit::load
