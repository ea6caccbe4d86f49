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

TEST_CASE("A small message can be taken without an event") {
  for (const Role role : kRoles) {
    FrameParser parser({.role = role});
    Bytes stream = join({frame(from_peer_of(role, {.opcode = Opcode::text}), "Hello"),
                         frame(from_peer_of(role, {.opcode = Opcode::binary}), "\xFF")});
    std::span<std::byte> input(stream);
    CHECK_FALSE(parser.is_done(input));
    const SmallMessage text = parser.take_small(input);
    CHECK(text.opcode == Opcode::text);
    CHECK(Bytes(text.payload.begin(), text.payload.end()) == test::bytes("Hello"));
    const SmallMessage binary = parser.take_small(input);
    CHECK(binary.opcode == Opcode::binary);
    CHECK(Bytes(binary.payload.begin(), binary.payload.end()) == test::bytes("\xFF"));
    CHECK(parser.is_done(input));
    CHECK_FALSE(parser.take_small(input));
  }
}

TEST_CASE("What is not a small message is left as it came for next()") {
  for (const Role role : kRoles) {
    const auto sent = [&](const FrameHeader& header, std::string_view payload) {
      return frame(from_peer_of(role, header), payload);
    };
    const Bytes others[] = {
        sent({.opcode = Opcode::text}, "caf\xC3\xA9"),
        sent({.opcode = Opcode::text}, "caf\xC3"),
        sent({.opcode = Opcode::text, .fin = false}, "Hello"),
        sent({.opcode = Opcode::ping}, "Hello"),
        sent({.opcode = Opcode::binary}, std::string(126, 'x')),
        sent({.opcode = Opcode::binary, .rsv1 = true}, "x"),
        Bytes{std::byte{0x82}},
    };
    for (const Bytes& other : others) {
      FrameParser parser({.role = role});
      Bytes stream = other;
      std::span<std::byte> input(stream);
      CHECK_FALSE(parser.take_small(input));
      CHECK(input.size() == other.size());
      CHECK(stream == other);
      CHECK_FALSE(parser.is_done(input));
    }
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

TEST_CASE("A fragmented message is one message with its control frames in between") {
  for (const Role role : kRoles) {
    const auto sent = [&](const FrameHeader& header, std::string_view payload) {
      return frame(from_peer_of(role, header), payload);
    };
    const auto frames = parse_whole(
        {.role = role},
        join({sent({.opcode = Opcode::text, .fin = false}, "caf"),
              sent({.opcode = Opcode::ping}, "are you there"),
              sent({.opcode = Opcode::continuation, .fin = false}, "\xC3"),
              sent({.opcode = Opcode::pong}, ""), sent({.opcode = Opcode::continuation}, "\xA9"),
              sent({.opcode = Opcode::binary}, "next")}));
    REQUIRE(frames.size() == 6);
    CHECK((frames[0].message_begin && !frames[0].fin && !frames[0].message_end));
    CHECK(frames[1].kind == FrameEvent::Kind::control);
    CHECK(frames[1].opcode == Opcode::ping);
    CHECK(frames[1].payload == "are you there");
    CHECK((!frames[2].message_begin && frames[2].frame_end && !frames[2].message_end));
    CHECK(frames[2].opcode == Opcode::text);
    CHECK(frames[3].opcode == Opcode::pong);
    CHECK((!frames[4].message_begin && frames[4].fin && frames[4].message_end));
    CHECK(frames[4].opcode == Opcode::text);
    CHECK((frames[5].message_begin && frames[5].message_end));
  }
}

TEST_CASE("A payload is handed out as it arrives") {
  FrameParser parser;
  Bytes stream = frame({.opcode = Opcode::binary}, std::string(200, 'x'));
  std::span<std::byte> input = std::span(stream).first(4);
  const FrameEvent begin = parser.next(input);
  CHECK((begin.frame_begin && begin.message_begin && !begin.frame_end));
  CHECK(begin.frame_bytes == 200);
  CHECK(begin.payload.empty());
  CHECK(parser.next(input).kind == FrameEvent::Kind::need_more);
  input = std::span(stream).subspan(4, 150);
  const FrameEvent middle = parser.next(input);
  CHECK((!middle.frame_begin && !middle.frame_end));
  CHECK(middle.payload.size() == 150);
  input = std::span(stream).subspan(154);
  const FrameEvent end = parser.next(input);
  CHECK((!end.frame_begin && end.frame_end && end.message_end));
  CHECK(end.payload.size() == 50);
  CHECK(parser.idle());
}

TEST_CASE("The stream may end only between two messages") {
  FrameParser parser;
  Bytes stream = join({frame({.opcode = Opcode::text, .fin = false}, "a"),
                       frame({.opcode = Opcode::continuation}, "b")});
  for (std::size_t i = 0; i < stream.size(); ++i) {
    CHECK(parser.idle() == (i == 0));
    std::span<std::byte> input = std::span(stream).subspan(i, 1);
    while (parser.next(input).kind != FrameEvent::Kind::need_more) {
    }
  }
  CHECK(parser.idle());
}

TEST_CASE("A control frame that the input cuts is handed out whole") {
  for (const Role role : kRoles) {
    FrameParser parser({.role = role});
    const std::string text(125, 'p');
    Bytes stream = frame(from_peer_of(role, {.opcode = Opcode::ping}), text);
    for (std::size_t i = 0; i + 1 < stream.size(); ++i) {
      std::span<std::byte> input = std::span(stream).subspan(i, 1);
      REQUIRE(parser.next(input).kind == FrameEvent::Kind::need_more);
    }
    std::span<std::byte> input = std::span(stream).last(1);
    const FrameEvent ping = parser.next(input);
    CHECK(ping.kind == FrameEvent::Kind::control);
    CHECK(ping.opcode == Opcode::ping);
    CHECK(Bytes(ping.payload.begin(), ping.payload.end()) == test::bytes(text));
  }
}

TEST_CASE("Close frames that are legal are handed out") {
  const auto empty = parse_whole({}, frame({.opcode = Opcode::close}, ""));
  REQUIRE(empty.size() == 1);
  CHECK(empty[0].opcode == Opcode::close);
  CHECK(empty[0].payload.empty());
  const auto longest =
      parse_whole({}, frame({.opcode = Opcode::close}, "\x03\xE8" + std::string(123, 'r')));
  REQUIRE(longest.size() == 1);
  CHECK(longest[0].kind == FrameEvent::Kind::control);
  CHECK(longest[0].payload.size() == 125);
}

TEST_CASE("A compressed message is marked in all its fragments and not checked as UTF-8") {
  const auto frames =
      parse_whole({.allow_rsv1 = true},
                  join({frame({.opcode = Opcode::text, .fin = false, .rsv1 = true}, "\xFF\xFE"),
                        frame({.opcode = Opcode::continuation}, "\xFF"),
                        frame({.opcode = Opcode::text, .rsv1 = true}, "\xFF"),
                        frame({.opcode = Opcode::text}, "plain")}));
  REQUIRE(frames.size() == 4);
  CHECK((frames[0].compressed && frames[1].compressed && frames[2].compressed));
  CHECK(frames[2].message_end);
  CHECK(!frames[3].compressed);
}

TEST_CASE("A client leaves its input as it is and a server unmasks it in place") {
  Bytes unmasked = frame({.opcode = Opcode::binary}, std::string(300, 'x'));
  const Bytes before = unmasked;
  FrameParser client;
  std::span<std::byte> input(unmasked);
  CHECK(client.next(input).message_end);
  CHECK(unmasked == before);

  Bytes masked = frame(from_peer_of(Role::server, {.opcode = Opcode::binary}), "payload");
  FrameParser server({.role = Role::server});
  input = masked;
  CHECK(server.next(input).payload.data() == masked.data() + 6);
  CHECK(Bytes(masked.begin() + 6, masked.end()) == test::bytes("payload"));
}

}  // namespace
}  // namespace wskit::wire
