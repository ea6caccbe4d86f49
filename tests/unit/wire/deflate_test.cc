// SPDX-License-Identifier: MIT
#include "wire/deflate.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::wire;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view kHello = "\xf2\x48\xcd\xc9\xc9\x07\x00"sv;

std::string compress(Deflater& deflater, std::string_view message) {
  std::string out;
  deflater.compress(as_bytes(message), true, out);
  return out;
}

/// In pieces of `piece_bytes`, through a scratch buffer of `scratch_bytes`.
Expected<std::string> inflate(Inflater& inflater, std::string_view payload,
                              std::size_t piece_bytes = 100'000,
                              std::size_t scratch_bytes = 16'384) {
  std::vector<std::byte> scratch(scratch_bytes);
  std::string message;
  do {
    const std::string_view piece = payload.substr(0, piece_bytes);
    payload.remove_prefix(piece.size());
    inflater.feed(as_bytes(piece), payload.empty());
    while (true) {
      const auto part = inflater.next(scratch);
      if (!part) {
        return std::unexpected(part.error());
      }
      if (part->empty()) {
        break;
      }
      message += as_text(*part);
    }
  } while (!payload.empty());
  return message;
}

Inflater client_inflater(const InflateLimits& limits = {}) {
  return {{}, Role::client, limits};
}

std::string json_like(std::size_t bytes) {
  std::string text;
  std::mt19937 random(1);  // NOLINT: the same text each time
  while (text.size() < bytes) {
    text += R"({"id":)" + std::to_string(random() % 1000) + R"(,"type":"tick","side":"buy"},)";
  }
  text.resize(bytes);
  return text;
}

std::string noise(std::size_t bytes) {
  std::string text(bytes, '\0');
  std::mt19937 random(2);  // NOLINT: the same bytes each time
  std::ranges::generate(text, [&] { return static_cast<char>(random()); });
  return text;
}

ErrorCode failure(std::string_view payload) {
  for (const std::size_t piece_bytes : {std::size_t{1}, std::size_t{100}}) {
    Inflater inflater = client_inflater();
    const auto message = inflate(inflater, payload, piece_bytes);
    REQUIRE_FALSE(message.has_value());
    CHECK(message.error().code == ErrorCode::protocol_error);
  }
  return ErrorCode::protocol_error;
}

}  // namespace

TEST_CASE("the examples of RFC 7692 section 7.2.3 inflate at every split") {
  const std::vector<std::vector<std::string_view>> examples{
      {kHello},                                                    // one block
      {kHello, "\xf2\x00\x11\x00\x00"sv},                          // sharing the window
      {"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv},          // a stored block
      {"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv},                      // BFINAL set
      {"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv},  // two blocks
  };
  for (const auto& messages : examples) {
    for (std::size_t piece_bytes = 1; piece_bytes < 14; ++piece_bytes) {
      for (const std::size_t scratch_bytes : {std::size_t{1}, std::size_t{5}, std::size_t{6}}) {
        Inflater inflater = client_inflater();
        for (const std::string_view payload : messages) {
          CHECK(inflate(inflater, payload, piece_bytes, scratch_bytes) == "Hello");
        }
      }
    }
  }
}

TEST_CASE("a compressed message is the one of the example in RFC 7692") {
  Deflater deflater({}, Role::client);
  CHECK(compress(deflater, "Hello") == kHello);
  CHECK(compress(deflater, "Hello") == "\xf2\x00\x11\x00\x00"sv);
  Deflater forgetful({.client_no_context_takeover = true}, Role::client);
  CHECK(compress(forgetful, "Hello") == kHello);
  CHECK(compress(forgetful, "Hello") == kHello);
}

TEST_CASE("an empty message is one zero byte and any empty blocks inflate to one") {
  Deflater deflater({}, Role::client);
  CHECK(compress(deflater, "") == "\0"sv);
  CHECK_FALSE(deflater.owns_zlib_state());
  CHECK(compress(deflater, "Hello") == kHello);
  CHECK(compress(deflater, "") == "\0"sv);
  CHECK(compress(deflater, "") == "\0"sv);
  for (const std::string_view payload :
       {"\0"sv, "\x02\0"sv, "\0\0\0\xff\xff\0"sv, "\x03\0"sv, "\x03\0\0"sv, "\x01\0\0\xff\xff"sv}) {
    Inflater inflater = client_inflater();
    CHECK(inflate(inflater, payload, 1) == "");
    CHECK(inflate(inflater, kHello) == "Hello");
  }
}

TEST_CASE("every message survives whatever the pieces and buffers and parameters") {
  const std::vector<std::string> messages{
      "", "a", json_like(100), noise(300), std::string(5000, 'x'), json_like(70'000)};
  for (const int window_bits : {8, 9, 11, 15}) {
    for (const bool no_takeover : {false, true}) {
      for (const Role sender : {Role::client, Role::server}) {
        const DeflateParameters parameters{no_takeover, no_takeover, window_bits, window_bits};
        const Role receiver = sender == Role::client ? Role::server : Role::client;
        Deflater deflater(parameters, sender);
        Inflater inflater(parameters, receiver);
        for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
          for (const std::string& message : messages) {
            CAPTURE(window_bits, no_takeover, chunk, message.size());
            CHECK(inflate(inflater, compress(deflater, message), chunk, chunk) == message);
          }
        }
      }
    }
  }
}

TEST_CASE("a message may be compressed in pieces of any size") {
  const std::string message = json_like(3000);
  Deflater deflater({}, Role::client);
  Inflater inflater({}, Role::server);
  for (const std::size_t piece_bytes : std::array<std::size_t, 4>{1, 10, 1000, 3000}) {
    std::string out;
    for (std::size_t i = 0; i < message.size(); i += piece_bytes) {
      deflater.compress(as_bytes(std::string_view(message).substr(i, piece_bytes)), false, out);
    }
    deflater.compress({}, true, out);
    CHECK(inflate(inflater, out) == message);
  }
}

TEST_CASE("compressed bytes are appended whatever room the buffer has") {
  const std::string message = json_like(200);
  for (std::size_t reserved = 0; reserved < 200; ++reserved) {
    std::string out = "before";
    out.reserve(out.size() + reserved);
    Deflater deflater({}, Role::client);
    deflater.compress(as_bytes(message), true, out);
    REQUIRE(out.starts_with("before"));
    Inflater inflater({}, Role::server);
    CHECK(inflate(inflater, std::string_view(out).substr(6)) == message);
  }
}

TEST_CASE("each end obeys the parameters of its own side") {
  const DeflateParameters parameters{.server_no_context_takeover = true};
  Deflater server(parameters, Role::server);
  Deflater client(parameters, Role::client);
  CHECK(compress(server, "Hello") == compress(server, "Hello"));
  CHECK(compress(client, "Hello") != compress(client, "Hello"));
  Inflater of_client(parameters, Role::client);
  CHECK(inflate(of_client, kHello) == "Hello");
  CHECK_FALSE(inflate(of_client, "\xf2\x00\x11\x00\x00"sv).has_value());
}

TEST_CASE("what is compressed for a window of 256 bytes never refers back further") {
  // Inflated byte by byte, zlib has only its window of 256 bytes to look into.
  const DeflateParameters parameters{.client_max_window_bits = 8};
  const std::string block = noise(300);
  std::string message;
  for (std::size_t distance = 200; distance < 300; ++distance) {
    message.append(block, 0, distance).append(block, 0, 20);
  }
  Deflater deflater(parameters, Role::client);
  Inflater inflater(parameters, Role::server);
  for (int i = 0; i < 3; ++i) {
    const std::string payload = compress(deflater, message);
    CHECK(payload.size() < message.size());
    CHECK(inflate(inflater, payload, 1, 1) == message);
  }
}

TEST_CASE("an idle connection owns no zlib state before its first message") {
  Deflater deflater({}, Role::client);
  Inflater inflater({}, Role::client);
  CHECK_FALSE(deflater.owns_zlib_state());
  CHECK_FALSE(inflater.owns_zlib_state());
  CHECK(sizeof(Deflater) + sizeof(Inflater) <= 160);
  CHECK(inflate(inflater, compress(deflater, "Hello")) == "Hello");
  CHECK(deflater.owns_zlib_state());
  CHECK(inflater.owns_zlib_state());
  deflater.release();
  CHECK_FALSE(deflater.owns_zlib_state());
  CHECK(compress(deflater, "Hello") == kHello);
  CHECK(inflate(inflater, kHello) == "Hello");
}

TEST_CASE("without context takeover nothing is owned between received messages") {
  Inflater inflater({.server_no_context_takeover = true}, Role::client);
  inflater.feed(as_bytes(kHello), true);
  std::array<std::byte, 3> scratch{};
  CHECK(as_text(*inflater.next(scratch)) == "Hel");
  CHECK(inflater.owns_zlib_state());
  CHECK(as_text(*inflater.next(scratch)) == "lo");
  CHECK(inflater.next(scratch)->empty());
  CHECK_FALSE(inflater.owns_zlib_state());
  CHECK(inflater.next(scratch)->empty());
}

TEST_CASE("blocks after a final one may refer back to what was before it") {
  Inflater inflater = client_inflater();
  CHECK(inflate(inflater, "\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x00\x11\x00\x00"sv, 1) == "HelloHello");
  CHECK(inflate(inflater, "\xf2\x00\x11\x00\x00"sv) == "Hello");
  std::string finals;
  for (int i = 0; i < 10'000; ++i) {
    finals += "\x03\0"sv;
  }
  CHECK(inflate(inflater, finals) == "");
}

TEST_CASE("a message may end right at a final block") {
  Inflater inflater = client_inflater();
  for (const std::size_t piece_bytes : std::array<std::size_t, 2>{1, 100}) {
    CHECK(inflate(inflater, "\xf3\x48\xcd\xc9\xc9\x07\x00"sv, piece_bytes) == "Hello");
    CHECK(inflate(inflater, kHello, piece_bytes) == "Hello");
  }
}

TEST_CASE("payloads that are not valid deflate are refused at any chunking") {
  const std::vector<std::string_view> table{
      ""sv,                      // not even an empty block
      "\x07"sv,                  // a block of the reserved type
      "\x06\x00"sv,              // the same, not final
      "\x00\x05\x00\x00\x00"sv,  // length and its complement differ
      "\xf2\x48\xcd"sv,          // cut inside a block
      "\xf2\x48\xcd\xc9\xc9"sv,
      "\x00\x05\x00\xfa\xff\x48\x65"sv,      // cut inside a stored block
      "\xf2\x00\x11\x00\x00"sv,              // refers to a message that never was
      "\xf3\x48\xcd\xc9\xc9\x07\x00\xff"sv,  // garbage after a final block
      "\xf3\x48\xcd\xc9\xc9\x07\x00\x00\x00"sv,
      "\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff"sv,  // the tail that was to be cut off
      "Hello"sv,                                         // not compressed at all
  };
  for (const std::string_view payload : table) {
    INFO(escape(payload));
    CHECK(failure(payload) == ErrorCode::protocol_error);
  }
}
