// SPDX-License-Identifier: MIT
// Any bytes, cut anywhere: as compressed payloads they inflate to the same messages within the
// limit or fail the same way; as messages they survive being compressed.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>

#include "core/bytes.h"
#include "core/check.h"
#include "wire/deflate.h"

namespace {

using wskit::as_bytes;
using wskit::as_text;
using wskit::check;
using wskit::wire::DeflateParameters;
using wskit::wire::Deflater;
using wskit::wire::Inflater;
using wskit::wire::Role;
using Bytes = std::span<const std::byte>;

constexpr std::uint64_t kLimit = 10'000;

/// Cuts of pseudo-random size, or none at all with seed 0.
class Cutter {
 public:
  explicit Cutter(unsigned seed) : seed_(seed), random_(seed) {}

  std::size_t next(std::size_t left) {
    return seed_ == 0 ? left : std::min<std::size_t>(left, 1 + random_() % (seed_ + 1));
  }

 private:
  unsigned seed_;
  std::minstd_rand random_;
};

struct Inflated {
  std::string message;
  std::optional<wskit::ErrorCode> error;
};

Inflated inflate(Inflater& inflater, Bytes payload, unsigned seed) {
  std::array<std::byte, 4096> buffer{};
  Cutter cutter(seed);
  Inflated inflated;
  do {
    const Bytes piece = payload.first(cutter.next(payload.size()));
    payload = payload.subspan(piece.size());
    inflater.feed(piece, payload.empty());
    while (true) {
      const auto part = inflater.next(std::span(buffer).first(cutter.next(buffer.size())));
      if (!part) {
        inflated.error = part.error().code;
        return inflated;
      }
      if (part->empty()) {
        break;
      }
      inflated.message += as_text(*part);
    }
  } while (!payload.empty());
  return inflated;
}

std::string compress(Deflater& deflater, Bytes message, unsigned seed) {
  Cutter cutter(seed);
  std::string payload;
  do {
    const Bytes piece = message.first(cutter.next(message.size()));
    message = message.subspan(piece.size());
    deflater.compress(piece, message.empty(), payload);
  } while (!message.empty());
  return payload;
}

void check_payloads(const DeflateParameters& parameters, Bytes first, Bytes second, unsigned seed) {
  Inflater whole(parameters, Role::client, {.max_message_bytes = kLimit});
  Inflater pieces(parameters, Role::client, {.max_message_bytes = kLimit});
  for (const Bytes payload : {first, second}) {
    const Inflated expected = inflate(whole, payload, 0);
    const Inflated actual = inflate(pieces, payload, seed);
    // With a smaller window a forbidden reference is found where the cuts let zlib see it.
    const bool same = parameters.server_max_window_bits < 15 || expected.error == actual.error;
    check(same, "the outcome does not depend on the cuts");
    check(actual.message.size() <= kLimit, "a message keeps its limit");
    if (expected.error || actual.error) {
      return;
    }
    check(expected.message == actual.message, "the message does not depend on the cuts");
  }
}

void check_messages(const DeflateParameters& parameters, Bytes first, Bytes second, unsigned seed) {
  Deflater deflater(parameters, Role::server);
  Inflater inflater(parameters, Role::client);
  for (const Bytes message : {first, second, first}) {
    const Inflated inflated = inflate(inflater, as_bytes(compress(deflater, message, seed)), seed);
    check(!inflated.error && inflated.message == as_text(message), "a message survives");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) {
    return 0;
  }
  // The first byte is the parameters, the second seeds the cuts, the third parts two messages.
  const DeflateParameters parameters{.server_no_context_takeover = (data[0] & 1U) != 0,
                                     .server_max_window_bits = 8 + (data[0] >> 1U) % 8};
  const unsigned seed = data[1];
  const Bytes rest = std::as_bytes(std::span(data + 3, size - 3));
  const Bytes first = rest.first(std::min<std::size_t>(data[2], rest.size()));
  const Bytes second = rest.subspan(first.size());
  check_payloads(parameters, first, second, seed);
  check_messages(parameters, first, second, seed);
  return 0;
}
