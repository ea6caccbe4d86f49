// SPDX-License-Identifier: MIT
#include "wire/frame_parser.h"

#include "tests/support/catch.h"
#include "tests/support/frame_log.h"
#include "tests/unit/wire/frames.h"

namespace wskit::wire {
namespace {

using test::Bytes;
using test::frame;
using test::from_peer_of;
using test::head;
using test::join;
using test::LoggedFrame;
using test::parse_whole;

constexpr Role kRoles[] = {Role::client, Role::server};

TEST_CASE("A small message that lies whole in the input is one event") {
  for (const Role role : kRoles) {
    FrameParser parser({.role = role});
    Bytes stream = join({frame(from_peer_of(role, {.opcode = Opcode::text}), "Hello"),
                         frame(from_peer_of(role, {.opcode = Opcode::binary}), "")});
    std::span<std::byte> input(stream);
    const FrameEvent text = parser.next(input);
    CHECK(text.kind == FrameEvent::Kind::data);
    CHECK(text.opcode == Opcode::text);
    CHECK((text.message_begin && text.message_end && text.fin));
    CHECK(Bytes(text.payload.begin(), text.payload.end()) == test::bytes("Hello"));
    CHECK(text.payload.data() > stream.data());
    CHECK(text.payload.data() < stream.data() + stream.size());
    const FrameEvent binary = parser.next(input);
    CHECK(binary.opcode == Opcode::binary);
    CHECK(binary.payload.empty());
    CHECK(parser.next(input).kind == FrameEvent::Kind::need_more);
    CHECK(input.empty());
    CHECK(parser.idle());
  }
}

TEST_CASE("A frame of every length round the edges of the forms comes back as it went") {
  for (const Role role : kRoles) {
    for (const std::size_t length : std::initializer_list<std::size_t>{
             0, 1, 2, 124, 125, 126, 127, 128, 129, 65533, 65534, 65535, 65536, 65537, 100'000}) {
      CAPTURE(length);
      std::string payload(length, 'x');
      for (std::size_t i = 0; i < length; ++i) {
        payload[i] = static_cast<char>(i % 251);
      }
      const auto frames = parse_whole(
          {.role = role}, frame(from_peer_of(role, {.opcode = Opcode::binary}), payload));
      REQUIRE(frames.size() == 1);
      CHECK(frames[0] == LoggedFrame{.kind = FrameEvent::Kind::data,
                                     .opcode = Opcode::binary,
                                     .fin = true,
                                     .message_begin = true,
                                     .frame_end = true,
                                     .message_end = true,
                                     .frame_bytes = length,
                                     .payload = payload});
    }
  }
}

}  // namespace
}  // namespace wskit::wire
