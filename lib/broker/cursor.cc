// SPDX-License-Identifier: MIT
// The text is base64url of: a version byte, the epoch in 8 bytes (network order), then for each
// partition, ascending, three LEB128 numbers in their shortest form: partition, major, minor.
#include "broker/cursor.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"

namespace wskit::broker {
namespace {

constexpr std::byte kVersion{1};
constexpr std::size_t kHeadBytes = 1 + sizeof(std::uint64_t);
constexpr std::size_t kMaxNumberBytes = 10;
constexpr std::size_t kMaxPositionBytes = 3 * kMaxNumberBytes;
constexpr unsigned kNumberBits = 7;
constexpr std::uint64_t kNumberMask = 0x7f;

std::pair<std::uint64_t, std::uint64_t> order(const Position& position) {
  return {position.major, position.minor};
}

/// Writes into a buffer that is large enough.
class Writer {
 public:
  explicit Writer(std::span<std::byte> out) : out_(out) {}

  void byte(std::byte value) { out_[size_++] = value; }

  void head(std::uint64_t epoch) {
    byte(kVersion);
    for (unsigned bits = 64; bits > 0; bits -= 8) {
      byte(static_cast<std::byte>(epoch >> (bits - 8) & 0xff));
    }
  }

  void number(std::uint64_t value) {
    for (; value > kNumberMask; value >>= kNumberBits) {
      byte(static_cast<std::byte>((value & kNumberMask) | (kNumberMask + 1)));
    }
    byte(static_cast<std::byte>(value));
  }

  void position(const Position& position) {
    number(position.partition);
    number(position.major);
    number(position.minor);
  }

  [[nodiscard]] std::span<const std::byte> written() const { return out_.first(size_); }

 private:
  std::span<std::byte> out_;
  std::size_t size_ = 0;
};

/// Reads what Writer writes and nothing else.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(as_bytes(bytes)) {}

  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

  [[nodiscard]] std::optional<std::uint64_t> head() {
    if (bytes_.size() < kHeadBytes || bytes_.front() != kVersion) {
      return std::nullopt;
    }
    std::uint64_t epoch = 0;
    for (const std::byte byte : bytes_.subspan(1, sizeof epoch)) {
      epoch = epoch << 8 | std::to_integer<std::uint64_t>(byte);
    }
    bytes_ = bytes_.subspan(kHeadBytes);
    return epoch;
  }

  [[nodiscard]] std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; !bytes_.empty() && shift < 64; shift += kNumberBits) {
      const auto byte = std::to_integer<std::uint64_t>(bytes_.front());
      bytes_ = bytes_.subspan(1);
      const std::uint64_t part = byte & kNumberMask;
      if (part << shift >> shift != part) {
        return std::nullopt;
      }
      value |= part << shift;
      if (byte <= kNumberMask) {
        // A last byte of zero would be a second text of the same number.
        return part == 0 && shift > 0 ? std::nullopt : std::optional(value);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Position> position() {
    const auto partition = number();
    if (!partition || *partition > std::numeric_limits<std::uint32_t>::max()) {
      return std::nullopt;
    }
    const auto major = number();
    const auto minor = major ? number() : std::nullopt;
    if (!minor) {
      return std::nullopt;
    }
    return Position{static_cast<std::uint32_t>(*partition), *major, *minor};
  }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace

Expected<Cursor> Cursor::parse(std::string_view text) {
  const auto refuse = [text] {
    return fail(ErrorCode::usage, fmt::format("cursor '{}': not one of this server", escape(text)));
  };
  // Before decoding, so that a long text costs nothing.
  if (text.size() > (kHeadBytes + kMaxPartitions * kMaxPositionBytes) * 4 / 3 + 1) {
    return refuse();
  }
  const auto bytes = base64url_decode(text);
  if (!bytes) {
    return refuse();
  }
  Reader reader(*bytes);
  const auto epoch = reader.head();
  if (!epoch) {
    return refuse();
  }
  Cursor cursor(*epoch);
  while (!reader.at_end()) {
    const auto position = reader.position();
    const bool sorted =
        position && (cursor.seen_.empty() || cursor.seen_.back().partition < position->partition);
    if (!sorted || cursor.seen_.size() == kMaxPartitions) {
      return refuse();
    }
    cursor.seen_.push_back(*position);
  }
  return cursor;
}

std::string Cursor::text() const {
  std::vector<std::byte> bytes(kHeadBytes + seen_.size() * kMaxPositionBytes);
  Writer writer(bytes);
  writer.head(epoch_);
  for (const Position& position : seen_) {
    writer.position(position);
  }
  return base64url_encode(writer.written());
}

bool Cursor::covers(const Position& position) const {
  const auto found = std::ranges::lower_bound(seen_, position.partition, {}, &Position::partition);
  return found != seen_.end() && found->partition == position.partition &&
         order(position) <= order(*found);
}

bool Cursor::covers(const Cursor& other) const {
  return epoch_ == other.epoch_ &&
         std::ranges::all_of(other.seen_, [this](const Position& seen) { return covers(seen); });
}

void Cursor::advance(const Position& position) {
  const auto found = std::ranges::lower_bound(seen_, position.partition, {}, &Position::partition);
  if (found == seen_.end() || found->partition != position.partition) {
    seen_.insert(found, position);
  } else if (order(*found) < order(position)) {
    *found = position;
  }
}

void Cursor::advance(const Cursor& other) {
  for (const Position& position : other.seen_) {
    advance(position);
  }
}

std::string cursor_text(std::uint64_t epoch, const Position& position) {
  std::array<std::byte, kHeadBytes + kMaxPositionBytes> bytes{};
  Writer writer(bytes);
  writer.head(epoch);
  writer.position(position);
  return base64url_encode(writer.written());
}

}  // namespace wskit::broker
