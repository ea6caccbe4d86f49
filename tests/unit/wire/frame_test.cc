// SPDX-License-Identifier: MIT
#include "wire/frame.h"

#include "tests/support/catch.h"
#include "tests/unit/wire/frames.h"
#include "wire/close_code.h"

namespace wskit::wire {
namespace {

using test::Bytes;
using test::bytes;
using test::frame;
using test::head;
using test::raw;

constexpr MaskKey kKey{std::byte{0x37}, std::byte{0xFA}, std::byte{0x21}, std::byte{0x3D}};

TEST_CASE("The examples of RFC 6455 5.7 are encoded byte for byte") {
  CHECK(frame({.opcode = Opcode::text}, "Hello") ==
        raw({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}));
  CHECK(frame({.opcode = Opcode::text, .masked = true, .mask_key = kKey}, "Hello") ==
        raw({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
  CHECK(frame({.opcode = Opcode::text, .fin = false}, "Hel") ==
        raw({0x01, 0x03, 0x48, 0x65, 0x6c}));
  CHECK(frame({.opcode = Opcode::continuation}, "lo") == raw({0x80, 0x02, 0x6c, 0x6f}));
  CHECK(frame({.opcode = Opcode::ping}, "Hello") ==
        raw({0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}));
  CHECK(frame({.opcode = Opcode::pong, .masked = true, .mask_key = kKey}, "Hello") ==
        raw({0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
  CHECK(head({.opcode = Opcode::binary, .payload_bytes = 256}) == raw({0x82, 0x7E, 0x01, 0x00}));
  CHECK(head({.opcode = Opcode::binary, .payload_bytes = 65536}) ==
        raw({0x82, 0x7F, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00}));
}

TEST_CASE("A small frame is what encode_frame makes of it") {
  for (std::size_t size = 0; size <= kMaxControlPayload; ++size) {
    CAPTURE(size);
    const std::string text(size, 'x');
    for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
      Bytes small(kSmallFrameHeader + size);
      encode_small_frame(small.data(), opcode, kKey, std::as_bytes(std::span(text)));
      CHECK(small == frame({.opcode = opcode, .masked = true, .mask_key = kKey}, text));
    }
  }
}

TEST_CASE("A length takes the shortest form") {
  const std::pair<std::uint64_t, std::size_t> sizes[] = {
      {0, 2},     {125, 2},    {126, 4},    {127, 4},
      {65535, 4}, {65536, 10}, {65537, 10}, {0x7FFF'FFFF'FFFF'FFFF, 10}};
  for (const auto& [length, size] : sizes) {
    CAPTURE(length);
    CHECK(frame_header_size({.payload_bytes = length}) == size);
    CHECK(head({.payload_bytes = length}).size() == size);
    CHECK(head({.masked = true, .payload_bytes = length}).size() == size + 4);
  }
}

TEST_CASE("What is illegal is written as asked") {
  CHECK(frame({.opcode = Opcode{0xB}, .fin = false, .rsv1 = true, .rsv2 = true, .rsv3 = true},
              "") == raw({0x7B, 0x00}));
  CHECK(frame({.opcode = Opcode::ping, .length_form = LengthForm::bits16}, "a") ==
        raw({0x89, 0x7E, 0x00, 0x01, 0x61}));
  CHECK(frame({.opcode = Opcode::text, .length_form = LengthForm::bits64}, "a") ==
        raw({0x81, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x61}));
  CHECK(head({.opcode = Opcode::binary, .payload_bytes = 0xFFFF'FFFF'FFFF'FFFF}) ==
        raw({0x82, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}));
  CHECK(
      head({.opcode = Opcode::binary, .payload_bytes = 0x1FE, .length_form = LengthForm::bits7}) ==
      raw({0x82, 0x7E}));
}

TEST_CASE("A frame is written into a span of exactly its size") {
  for (const std::size_t length : std::initializer_list<std::size_t>{0, 1, 125, 126, 70'000}) {
    CAPTURE(length);
    const Bytes payload(length, std::byte{'x'});
    const FrameHeader header{.masked = true, .mask_key = kKey, .payload_bytes = length};
    Bytes out(frame_header_size(header) + length);
    CHECK(encode_frame(out, header, payload) == out.size());
  }
}

}  // namespace
}  // namespace wskit::wire
