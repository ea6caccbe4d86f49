// SPDX-License-Identifier: MIT
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/frame_log.h"
#include "tests/unit/wire/frames.h"
#include "wire/frame_parser.h"

namespace wskit::wire {
namespace {

using test::Bytes;
using test::frame;
using test::FrameLog;
using test::from_peer_of;
using test::head;
using test::join;
using test::LoggedFrame;
using test::parse_whole;

/// Streams that meet every state of the parser; some end in a violation, some inside a frame.
std::vector<Bytes> streams(Role role) {
  const auto sent = [&](const FrameHeader& header, std::string_view payload) {
    return frame(from_peer_of(role, header), payload);
  };
  const std::string euro = "\xE2\x82\xAC";
  using enum Opcode;
  return {
      join({sent({}, "Hello"), sent({.opcode = binary}, ""), sent({}, euro + euro)}),
      join({sent({.fin = false}, "a\xF0\x9D"), sent({.opcode = ping}, "mid"),
            sent({.opcode = continuation, .fin = false}, ""),
            sent({.opcode = continuation, .fin = false}, "\x84"), sent({.opcode = pong}, ""),
            sent({.opcode = continuation}, "\x9E!"), sent({.opcode = binary}, "\xFF")}),
      join({sent({.opcode = binary}, std::string(130, 'b')), sent({.opcode = ping}, "p"),
            sent({}, std::string(126, 't')), sent({.opcode = close}, "\x03\xE8" + euro)}),
      join({sent({.opcode = ping}, std::string(125, 'p')), sent({.opcode = close}, "")}),
      join({sent({.fin = false, .rsv1 = true}, "\xFF\x00"), sent({.opcode = continuation}, "\xAA"),
            sent({}, "plain")}),
      join({sent({}, "ok"), sent({}, "not \xC0 ok"), sent({}, "unseen")}),
      join({sent({.fin = false}, "caf\xC3"), sent({.opcode = continuation, .fin = false}, "("),
            sent({}, "unseen")}),
      join({sent({.fin = false}, "cut \xE2\x82"), sent({.opcode = continuation}, "")}),
      join({sent({}, "cut \xE2\x82"), sent({}, "unseen")}),
      join({sent({.opcode = close}, "\x03"), sent({}, "unseen")}),
      join({sent({.opcode = close}, "\x03\xE8\xFF"), sent({}, "unseen")}),
      join({sent({}, "a"), sent({.rsv2 = true}, "b")}),
      join({sent({}, "a"), sent({.opcode = Opcode{0xB}}, "b")}),
      join({sent({.opcode = binary}, "a"), sent({.opcode = ping, .fin = false}, "b")}),
      join({sent({}, "a"), sent({.opcode = continuation}, "b")}),
      join({sent({.fin = false}, "a"), sent({}, "b")}),
      join({sent({}, "a"), head(from_peer_of(role, {.opcode = ping, .payload_bytes = 126}))}),
      join({sent({}, "a"), sent({.length_form = LengthForm::bits16}, "b")}),
      join({sent({}, "a"), sent({.length_form = LengthForm::bits64}, "b")}),
      join({sent({}, "a"), head(from_peer_of(role, {.payload_bytes = std::uint64_t{1} << 63}))}),
      join({sent({.opcode = binary, .fin = false}, std::string(150, 'x')),
            sent({.opcode = continuation}, std::string(151, 'y'))}),
      join({sent({}, "a"), frame({.masked = role == Role::client}, "wrongly masked or not")}),
      join({sent({.opcode = binary}, "whole"),
            head(from_peer_of(role, {.opcode = binary, .payload_bytes = 200})),
            Bytes(40, std::byte{'z'})}),
  };
}

FrameParserOptions options_for(Role role) {
  return {.role = role, .allow_rsv1 = true, .max_frame_bytes = 1000, .max_message_bytes = 300};
}

/// Feeds `stream` cut at the given places, in order.
std::vector<LoggedFrame> parse_cut(const FrameParserOptions& options, const Bytes& stream,
                                   const std::vector<std::size_t>& cuts) {
  FrameLog log(options);
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    log.feed(std::span(stream).subspan(from, cut - from));
    from = cut;
  }
  log.feed(std::span(stream).subspan(from));
  return log.frames();
}

template <class Check>
void for_each_stream(Check check_stream) {
  for (const Role role : {Role::client, Role::server}) {
    const auto all = streams(role);
    for (std::size_t i = 0; i < all.size(); ++i) {
      INFO("stream " << i << (role == Role::client ? " to a client" : " to a server"));
      check_stream(options_for(role), all[i], parse_whole(options_for(role), all[i]));
    }
  }
}

TEST_CASE("A stream cut in two anywhere gives the same events") {
  for_each_stream([](const auto& options, const Bytes& stream, const auto& whole) {
    REQUIRE(!whole.empty());
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      if (parse_cut(options, stream, {cut}) != whole) {
        CAPTURE(cut);
        CHECK(parse_cut(options, stream, {cut}) == whole);
      }
    }
  });
}

TEST_CASE("A stream cut in three anywhere gives the same events") {
  for_each_stream([](const auto& options, const Bytes& stream, const auto& whole) {
    REQUIRE(!whole.empty());
    const std::size_t reach = std::min<std::size_t>(stream.size(), 48);
    for (std::size_t first = 0; first <= reach; ++first) {
      for (std::size_t second = first; second <= reach; ++second) {
        if (parse_cut(options, stream, {first, second}) != whole) {
          FAIL("cut at " << first << " and " << second);
        }
      }
    }
  });
}

TEST_CASE("A stream fed byte by byte gives the same events") {
  for_each_stream([](const auto& options, const Bytes& stream, const auto& whole) {
    std::vector<std::size_t> cuts(stream.size());
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      cuts[i] = i;
    }
    CHECK(parse_cut(options, stream, cuts) == whole);
  });
}

TEST_CASE("A stream cut at random places gives the same events") {
  std::mt19937 random(6455);
  for_each_stream([&](const auto& options, const Bytes& stream, const auto& whole) {
    REQUIRE(!whole.empty());
    for (int round = 0; round < 200; ++round) {
      std::vector<std::size_t> cuts(random() % 12);
      std::ranges::generate(cuts, [&] { return random() % (stream.size() + 1); });
      std::ranges::sort(cuts);
      if (parse_cut(options, stream, cuts) != whole) {
        CAPTURE(cuts);
        CHECK(parse_cut(options, stream, cuts) == whole);
      }
    }
  });
}

TEST_CASE("Half a million tiny fragments are one message") {
  FrameParser parser({.max_message_bytes = 500'000});
  std::uint64_t payload_bytes = 0;
  bool ended = false;
  const auto feed = [&](const FrameHeader& header, std::string_view payload) {
    Bytes bytes = frame(header, payload);
    std::span<std::byte> input(bytes);
    const FrameEvent event = parser.next(input);
    payload_bytes += event.payload.size();
    ended = event.message_end;
    return event.kind == FrameEvent::Kind::data;
  };
  bool fine = feed({.fin = false}, "");
  for (int i = 0; i < 500'000 && fine; ++i) {
    fine = feed({.opcode = Opcode::continuation, .fin = false}, i % 2 == 0 ? "x" : "");
  }
  CHECK(fine);
  CHECK(feed({.opcode = Opcode::continuation}, ""));
  CHECK(payload_bytes == 250'000);
  CHECK(ended);
  CHECK(parser.idle());
}

}  // namespace
}  // namespace wskit::wire
