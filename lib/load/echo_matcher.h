// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "load/matcher.h"
#include "wire/word.h"

namespace wskit::load {

/// Smallest payload that holds the header: 16 bytes, or their 22 characters of base64url in text.
[[nodiscard]] std::size_t min_echo_size(ws::MessageType type);

/// Match::echo. The header is run id (32 bits, from the seed), connection (32) and sequence (64),
/// big-endian; filler follows, the same in all messages of a run. The default of every load test,
/// and hence in line.
class EchoMatcher final : public Matcher {
 public:
  explicit EchoMatcher(const Plan& plan);

  /// Of all messages.
  [[nodiscard]] std::size_t size() const { return message_.size(); }

  [[nodiscard]] std::span<const std::byte> message(std::uint32_t connection,
                                                   std::uint64_t sequence) override {
    const Header header{.high = high(connection), .low = sequence};
    if (type_ == ws::MessageType::binary) [[likely]] {
      wire::store(message_.data(), big_endian(header));
    } else {
      write_text(message_.data(), header);
    }
    return message_;
  }

  [[nodiscard]] Reply read(std::uint32_t connection, const Ledger& /*ledger*/, ws::MessageType type,
                           std::span<const std::byte> payload) override {
    if (payload.size() < header_size_) [[unlikely]] {
      return {};
    }
    const Header header = read_header(payload);
    if (header.high != high(connection)) [[unlikely]] {
      return {};
    }
    const bool same = type == type_ && has_filler(payload);
    return {.kind = same ? Reply::Kind::answer : Reply::Kind::corrupted, .sequence = header.low};
  }

  /// Which message of this run a payload is, whoever received it.
  struct Origin {
    std::uint32_t connection = 0;
    std::uint64_t sequence = 0;
    /// The filler is as it was sent.
    bool intact = false;
  };
  [[nodiscard]] std::optional<Origin> origin(std::span<const std::byte> payload) const {
    if (payload.size() < header_size_) [[unlikely]] {
      return std::nullopt;
    }
    const Header header = read_header(payload);
    const auto connection = static_cast<std::uint32_t>(header.high);
    if (header.high != high(connection)) [[unlikely]] {
      return std::nullopt;
    }
    return Origin{.connection = connection, .sequence = header.low, .intact = has_filler(payload)};
  }

 private:
  /// The header's two halves: run id and connection, then the sequence.
  struct Header {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
  };

  static std::uint64_t big_endian(std::uint64_t value) {
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
  }
  static Header big_endian(const Header& header) {
    return {.high = big_endian(header.high), .low = big_endian(header.low)};
  }
  /// `payload` is long enough for it.
  [[nodiscard]] Header read_header(std::span<const std::byte> payload) const {
    return type_ == ws::MessageType::binary ? big_endian(wire::load<Header>(payload.data()))
                                            : read_text(payload.data());
  }
  [[nodiscard]] bool has_filler(std::span<const std::byte> payload) const {
    return payload.size() == message_.size() &&
           same_bytes(payload.data() + header_size_, message_.data() + header_size_,
                      message_.size() - header_size_);
  }
  static void write_text(std::byte* out, const Header& header);
  /// Of no run when there are other characters than base64url's.
  [[nodiscard]] Header read_text(const std::byte* in) const;

  /// memcmp() of the few bytes that the filler of a small message has.
  static bool same_bytes(const std::byte* a, const std::byte* b, std::size_t size) {
    using Word = std::uint32_t;
    if (size < sizeof(Word) || size > 2 * sizeof(Word)) [[unlikely]] {
      return std::memcmp(a, b, size) == 0;
    }
    const std::size_t last = size - sizeof(Word);
    return wire::load<Word>(a) == wire::load<Word>(b) &&
           wire::load<Word>(a + last) == wire::load<Word>(b + last);
  }

  [[nodiscard]] std::uint64_t high(std::uint32_t connection) const { return run_ | connection; }

  ws::MessageType type_;
  /// The run id, in the upper half.
  std::uint64_t run_;
  std::size_t header_size_;
  std::vector<std::byte> message_;
};

}  // namespace wskit::load
