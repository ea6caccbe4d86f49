// SPDX-License-Identifier: MIT
#include "stats/hdr_encoding.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <zlib.h>

#include "core/base64.h"
#include "core/check.h"

namespace wskit::stats {
namespace {

// The low nibble of the second byte says that counts are ZigZag LEB128, and nothing else exists.
constexpr std::uint32_t kCookie = 0x1c849303 | 0x10;
constexpr std::uint32_t kCompressedCookie = 0x1c849304 | 0x10;
constexpr std::size_t kHeaderSize = 40;
constexpr std::size_t kCompressedHeaderSize = 8;
constexpr std::size_t kMaxWordSize = 9;
constexpr unsigned kByteBits = 8;
constexpr unsigned kSignShift = 63;
constexpr unsigned kLebBits = 7;
constexpr std::uint64_t kLebMore = 0x80;
constexpr std::uint64_t kMaxTotal = std::numeric_limits<std::int64_t>::max();

std::unexpected<Error> broken(std::string_view why) {
  return fail(ErrorCode::usage, fmt::format("not an HdrHistogram in V2 encoding: {}", why));
}

template <class Integer>
void put(std::string& out, Integer value) {
  for (unsigned shift = sizeof(Integer) * kByteBits; shift != 0;) {
    shift -= kByteBits;
    out.push_back(static_cast<char>(value >> shift));
  }
}

template <class Integer>
Integer get(std::string_view bytes, std::size_t at) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    value = static_cast<Integer>(value << kByteBits) | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return value;
}

/// LEB128 in at most nine bytes: the ninth carries eight bits and has no continuation flag.
void put_zigzag(std::string& out, std::int64_t value) {
  std::uint64_t rest =
      (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> kSignShift);
  for (std::size_t i = 1; i < kMaxWordSize && rest >= kLebMore; ++i) {
    out.push_back(static_cast<char>(rest | kLebMore));
    rest >>= kLebBits;
  }
  out.push_back(static_cast<char>(rest));
}

/// Takes one number off the front; nullopt when the bytes end within it.
std::optional<std::int64_t> take_zigzag(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < kMaxWordSize; ++i) {
    if (bytes.empty()) {
      return std::nullopt;
    }
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    const bool last = i + 1 == kMaxWordSize || (byte & kLebMore) == 0;
    const std::uint64_t bits = last ? byte : byte & (kLebMore - 1);
    value |= bits << (i * kLebBits);
    if (last) {
      break;
    }
  }
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::string encode_counts(const CompactHistogram& histogram) {
  std::string out;
  std::uint32_t next = 0;
  for (const CompactHistogram::Slot& slot : histogram.slots()) {
    if (slot.index > next) {
      const auto zeros = static_cast<std::int64_t>(slot.index - next);
      put_zigzag(out, zeros == 1 ? 0 : -zeros);
    }
    put_zigzag(out, static_cast<std::int64_t>(slot.count));
    next = slot.index + 1;
  }
  if (next == 0) {
    put_zigzag(out, 0);
  }
  return out;
}

struct Header {
  HistogramConfig config;
  std::size_t payload_size = 0;
};

Expected<Header> decode_header(std::string_view bytes) {
  if (bytes.size() < kHeaderSize) {
    return broken("it ends within its header");
  }
  if (get<std::uint32_t>(bytes, 0) != kCookie) {
    return broken("its cookie is another one");
  }
  // hdr-histogram-js writes 1 for this offset and means none; a real one is a multiple of a row.
  if (get<std::uint32_t>(bytes, 8) > 1) {
    return broken("its slots are shifted (a DoubleHistogram?)");
  }
  Header header;
  header.payload_size = get<std::uint32_t>(bytes, 4);
  header.config.digits = static_cast<int>(get<std::uint32_t>(bytes, 12));
  header.config.lowest = Nanoseconds(static_cast<std::int64_t>(get<std::uint64_t>(bytes, 16)));
  header.config.highest = Nanoseconds(static_cast<std::int64_t>(get<std::uint64_t>(bytes, 24)));
  if (const auto valid = validate(header.config); !valid) {
    return broken(valid.error().message);
  }
  if (header.payload_size > std::size_t{HistogramLayout(header.config).length()} * kMaxWordSize) {
    return broken("it has more counts than its range has slots");
  }
  return header;
}

Expected<CompactHistogram> decode_counts(const HistogramConfig& config, std::string_view bytes) {
  CompactHistogram histogram(config);
  const std::uint64_t length = HistogramLayout(config).length();
  std::uint64_t index = 0;
  std::uint64_t total = 0;
  while (!bytes.empty()) {
    const auto number = take_zigzag(bytes);
    if (!number) {
      return broken("it ends within a count");
    }
    // The count of one slot, or how many empty ones come next, negated; written so that the most
    // negative number does not overflow.
    const auto value = static_cast<std::uint64_t>(*number);
    const std::uint64_t count = *number > 0 ? value : 0;
    const std::uint64_t slots = *number < 0 ? -value : 1;
    if (slots > length - index) {
      return broken("it has more counts than its range has slots");
    }
    if (count > kMaxTotal - total) {
      return broken("its counts add up to more than 63 bits");
    }
    if (count != 0) {
      histogram.append({.index = static_cast<std::uint32_t>(index), .count = count});
    }
    total += count;
    index += slots;
  }
  return histogram;
}

Expected<CompactHistogram> decode_plain(std::string_view bytes) {
  const auto header = decode_header(bytes);
  if (!header) {
    return std::unexpected(header.error());
  }
  if (bytes.size() - kHeaderSize < header->payload_size) {
    return broken("it ends within its counts");
  }
  return decode_counts(header->config, bytes.substr(kHeaderSize, header->payload_size));
}

/// A zlib stream read piece by piece, so that the header decides how much is inflated at all.
class Inflater {
 public:
  explicit Inflater(std::string_view compressed) {
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data()));
    stream_.avail_in = static_cast<uInt>(compressed.size());
    check(inflateInit(&stream_) == Z_OK, "zlib has memory for its state");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends exactly `size` bytes; false when the stream is broken or shorter.
  [[nodiscard]] bool read(std::string& out, std::size_t size) {
    const std::size_t begin = out.size();
    out.resize(begin + size);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + begin);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out != 0) {
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        break;
      }
      if (status != Z_OK) {
        return false;
      }
    }
    return stream_.avail_out == 0;
  }

 private:
  z_stream stream_{};
};

Expected<CompactHistogram> decode_compressed(std::string_view bytes) {
  const std::size_t size = get<std::uint32_t>(bytes, 4);
  if (bytes.size() - kCompressedHeaderSize < size) {
    return broken("it ends within its compressed counts");
  }
  Inflater inflater(bytes.substr(kCompressedHeaderSize, size));
  std::string plain;
  if (!inflater.read(plain, kHeaderSize)) {
    return broken("its zlib stream is broken");
  }
  const auto header = decode_header(plain);
  if (!header) {
    return std::unexpected(header.error());
  }
  if (!inflater.read(plain, header->payload_size)) {
    return broken("its zlib stream is broken or ends within its counts");
  }
  return decode_plain(plain);
}

}  // namespace

std::string encode_v2(const CompactHistogram& histogram) {
  const std::string counts = encode_counts(histogram);
  const HistogramConfig& config = histogram.config();
  std::string out;
  out.reserve(kHeaderSize + counts.size());
  put(out, kCookie);
  put(out, static_cast<std::uint32_t>(counts.size()));
  put(out, std::uint32_t{0});
  put(out, static_cast<std::uint32_t>(config.digits));
  put(out, static_cast<std::uint64_t>(config.lowest.count()));
  put(out, static_cast<std::uint64_t>(config.highest.count()));
  put(out, std::bit_cast<std::uint64_t>(1.0));
  return out + counts;
}

std::string encode_v2_compressed(const CompactHistogram& histogram) {
  const std::string plain = encode_v2(histogram);
  uLongf size = compressBound(plain.size());
  std::string compressed(size, '\0');
  const int status = compress(reinterpret_cast<Bytef*>(compressed.data()), &size,
                              reinterpret_cast<const Bytef*>(plain.data()), plain.size());
  check(status == Z_OK, "zlib compresses into a buffer of its own bound");
  compressed.resize(size);
  std::string out;
  put(out, kCompressedCookie);
  put(out, static_cast<std::uint32_t>(size));
  return out + compressed;
}

std::string encode_v2_base64(const CompactHistogram& histogram) {
  return base64_encode(encode_v2_compressed(histogram));
}

Expected<CompactHistogram> decode_v2(std::string_view bytes) {
  if (bytes.size() < kCompressedHeaderSize) {
    return broken("it ends within its header");
  }
  if (get<std::uint32_t>(bytes, 0) == kCompressedCookie) {
    return decode_compressed(bytes);
  }
  return decode_plain(bytes);
}

Expected<CompactHistogram> decode_v2_base64(std::string_view text) {
  const auto bytes = base64_decode(text);
  if (!bytes) {
    return broken("it is not base64");
  }
  return decode_v2(*bytes);
}

}  // namespace wskit::stats
