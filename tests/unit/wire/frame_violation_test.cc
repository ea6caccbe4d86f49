// SPDX-License-Identifier: MIT
#include <optional>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/frame_log.h"
#include "tests/unit/wire/frames.h"
#include "wire/frame_parser.h"

namespace wskit::wire {
namespace {

using test::Bytes;
using test::bytes;
using test::frame;
using test::FrameLog;
using test::from_peer_of;
using test::head;
using test::join;
using test::parse_whole;

constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;

struct Case {
  const char* what;
  Bytes stream;
  Violation violation;
  std::string error;
  FrameParserOptions options = {};
};

std::vector<Case> reserved_cases(Role role) {
  const auto one = [&](const FrameHeader& header) {
    return frame(from_peer_of(role, header), "x");
  };
  using enum Opcode;
  using enum Violation;
  const std::string rsv = "a reserved bit is set without an extension that defines it, first byte ";
  std::vector<Case> cases{
      {"rsv1", one({.rsv1 = true}), reserved_bits, rsv + "0xc1 (RFC 6455 5.2)"},
      {"rsv2", one({.rsv2 = true}), reserved_bits, rsv + "0xa1 (RFC 6455 5.2)"},
      {"rsv3", one({.opcode = binary, .rsv3 = true}), reserved_bits, rsv + "0x92 (RFC 6455 5.2)"},
      {"all three in a control frame",
       one({.opcode = ping, .rsv1 = true, .rsv2 = true, .rsv3 = true}), reserved_bits,
       rsv + "0xf9 (RFC 6455 5.2)"},
      {"rsv2 though deflate was negotiated",
       one({.rsv1 = true, .rsv2 = true}),
       reserved_bits,
       rsv + "0xe1 (RFC 6455 5.2)",
       {.allow_rsv1 = true}},
      {"rsv1 in a control frame though deflate was negotiated",
       one({.opcode = ping, .rsv1 = true}),
       reserved_bits,
       rsv + "0xc9 (RFC 6455 5.2)",
       {.allow_rsv1 = true}},
      {"rsv1 in a continuation though deflate was negotiated",
       join({one({.opcode = text, .fin = false, .rsv1 = true}),
             one({.opcode = continuation, .rsv1 = true})}),
       reserved_bits,
       rsv + "0xc0 (RFC 6455 5.2)",
       {.allow_rsv1 = true}},
  };
  for (const unsigned reserved : {0x3U, 0x4U, 0x5U, 0x6U, 0x7U, 0xBU, 0xCU, 0xDU, 0xEU, 0xFU}) {
    for (const bool fin : {true, false}) {
      cases.push_back({"reserved opcode",
                       one({.opcode = static_cast<Opcode>(reserved), .fin = fin}), reserved_opcode,
                       "reserved opcode 0x" + std::string(1, "0123456789abcdef"[reserved]) +
                           " (RFC 6455 5.2)"});
    }
  }
  return cases;
}

std::vector<Case> sequence_cases(Role role) {
  const auto one = [&](const FrameHeader& header) {
    return frame(from_peer_of(role, header), "x");
  };
  using enum Opcode;
  using enum Violation;
  return {
      {"fragmented ping", one({.opcode = ping, .fin = false}), control_fragmented,
       "a fragmented control frame, opcode 0x9 (RFC 6455 5.5)"},
      {"fragmented close", one({.opcode = close, .fin = false}), control_fragmented,
       "a fragmented control frame, opcode 0x8 (RFC 6455 5.5)"},
      {"continuation first", one({.opcode = continuation}), continuation_outside_message,
       "a continuation frame with no message to continue (RFC 6455 5.4)"},
      {"continuation after the last fragment",
       join({one({.opcode = text, .fin = false}), one({.opcode = continuation}),
             one({.opcode = continuation, .fin = false})}),
       continuation_outside_message,
       "a continuation frame with no message to continue (RFC 6455 5.4)"},
      {"continuation after a whole message", join({one({}), one({.opcode = continuation})}),
       continuation_outside_message,
       "a continuation frame with no message to continue (RFC 6455 5.4)"},
      {"text inside a message", join({one({.fin = false}), one({.opcode = text})}),
       data_inside_message, "a new message, opcode 0x1, inside an unfinished one (RFC 6455 5.4)"},
      {"binary inside a message after a ping",
       join({one({.fin = false}), one({.opcode = ping}), one({.opcode = binary, .fin = false})}),
       data_inside_message, "a new message, opcode 0x2, inside an unfinished one (RFC 6455 5.4)"},
  };
}

std::vector<Case> length_cases(Role role) {
  const auto head_of = [&](const FrameHeader& header) { return head(from_peer_of(role, header)); };
  using enum Opcode;
  using enum Violation;
  return {
      {"ping of 126 bytes", head_of({.opcode = ping, .payload_bytes = 126}), control_too_long,
       "a control frame of more than 125 bytes, opcode 0x9 (RFC 6455 5.5)"},
      {"close of 65536 bytes", head_of({.opcode = close, .payload_bytes = 65536}), control_too_long,
       "a control frame of more than 125 bytes, opcode 0x8 (RFC 6455 5.5)"},
      {"125 in 16 bits", head_of({.payload_bytes = 125, .length_form = LengthForm::bits16}),
       length_not_minimal, "a length of 125 not written in the shortest form (RFC 6455 5.2)"},
      {"0 in 64 bits", head_of({.payload_bytes = 0, .length_form = LengthForm::bits64}),
       length_not_minimal, "a length of 0 not written in the shortest form (RFC 6455 5.2)"},
      {"65535 in 64 bits", head_of({.payload_bytes = 65535, .length_form = LengthForm::bits64}),
       length_not_minimal, "a length of 65535 not written in the shortest form (RFC 6455 5.2)"},
      {"top bit", head_of({.payload_bytes = kTopBit + 5}), length_top_bit,
       "a length of 9223372036854775813 with its top bit set (RFC 6455 5.2)"},
      {"2^62 bytes", head_of({.payload_bytes = kTopBit / 2}), frame_too_big,
       "a frame of 4611686018427387904 bytes, over the limit of 67108864 (RFC 6455 10.4)"},
      {"largest length", head_of({.payload_bytes = kTopBit - 1}), frame_too_big,
       "a frame of 9223372036854775807 bytes, over the limit of 67108864 (RFC 6455 10.4)"},
  };
}

std::string long_text_with_bad_byte_at(std::size_t offset) {
  std::string text(offset + 100, 'a');
  text[offset] = '\xFF';
  return text;
}

std::vector<Case> payload_cases(Role role) {
  const auto sent = [&](Opcode opcode, bool fin, std::string_view payload) {
    return frame(from_peer_of(role, {.opcode = opcode, .fin = fin}), payload);
  };
  using enum Opcode;
  using enum Violation;
  return {
      {"close of one byte", sent(close, true, "\x03"), close_one_byte,
       "a Close frame with half a status code (RFC 6455 5.5.1)"},
      {"close 1005", sent(close, true, "\x03\xED"), close_bad_code,
       "close code 1005, which must not be sent (RFC 6455 7.4)"},
      {"close 65535", sent(close, true, "\xFF\xFF reason"), close_bad_code,
       "close code 65535, which must not be sent (RFC 6455 7.4)"},
      {"close reason", sent(close, true, "\x03\xE8 caf\xC3"), close_bad_utf8,
       "a close reason that is not UTF-8 (RFC 6455 5.5.1)"},
      {"bad byte", sent(text, true, "caf\xE9!"), text_bad_utf8,
       "a text message that is not UTF-8, at byte 4 (RFC 6455 8.1)"},
      {"overlong", sent(text, true, "\xC0\x80"), text_bad_utf8,
       "a text message that is not UTF-8, at byte 0 (RFC 6455 8.1)"},
      {"surrogate in the second fragment",
       join({sent(text, false, "ab\xED"), sent(continuation, true, "\xA0\x80")}), text_bad_utf8,
       "a text message that is not UTF-8, at byte 3 (RFC 6455 8.1)"},
      {"long text", sent(text, true, long_text_with_bad_byte_at(70'000)), text_bad_utf8,
       "a text message that is not UTF-8, at byte 70000 (RFC 6455 8.1)"},
      {"cut short", sent(text, true, "\xE2\x82"), text_cut_short,
       "a text message of 2 bytes that ends inside a character (RFC 6455 8.1)"},
      {"cut short by an empty last fragment",
       join({sent(text, false, "a\xE2\x82"), sent(continuation, true, "")}), text_cut_short,
       "a text message of 3 bytes that ends inside a character (RFC 6455 8.1)"},
      {"second message", join({sent(text, true, "fine \xC3\xA9"), sent(text, true, "\xA9")}),
       text_bad_utf8, "a text message that is not UTF-8, at byte 0 (RFC 6455 8.1)"},
  };
}

std::vector<Case> limit_cases(Role role) {
  const auto sent = [&](Opcode opcode, bool fin, std::size_t size) {
    return frame(from_peer_of(role, {.opcode = opcode, .fin = fin}), std::string(size, 'x'));
  };
  using enum Opcode;
  using enum Violation;
  const FrameParserOptions limits{.max_frame_bytes = 10, .max_message_bytes = 15};
  return {
      {"frame over the limit", sent(text, true, 11), frame_too_big,
       "a frame of 11 bytes, over the limit of 10 (RFC 6455 10.4)", limits},
      {"fragment over the limit", sent(text, false, 200), frame_too_big,
       "a frame of 200 bytes, over the limit of 10 (RFC 6455 10.4)", limits},
      {"message over the limit",
       join({sent(binary, false, 10), sent(ping, true, 100), sent(continuation, false, 5),
             sent(continuation, true, 1)}),
       message_too_big, "a message of at least 16 bytes, over the limit of 15 (RFC 6455 10.4)",
       limits},
      {"single frame over the message's limit",
       sent(text, true, 4),
       message_too_big,
       "a message of at least 4 bytes, over the limit of 3 (RFC 6455 10.4)",
       {.max_frame_bytes = 10, .max_message_bytes = 3}},
  };
}

CloseCode expected_close(Violation violation) {
  switch (violation) {
    case Violation::frame_too_big:
    case Violation::message_too_big:
      return CloseCode{1009};
    case Violation::close_bad_utf8:
    case Violation::text_bad_utf8:
    case Violation::text_cut_short:
      return CloseCode{1007};
    default:
      return CloseCode{1002};
  }
}

ErrorCode expected_error(CloseCode close) {
  if (close == CloseCode{1009}) {
    return ErrorCode::too_big;
  }
  return close == CloseCode{1007} ? ErrorCode::bad_utf8 : ErrorCode::protocol_error;
}

void check_case(Case violating, Role role) {
  INFO(violating.what << (role == Role::client ? " to a client" : " to a server"));
  violating.options.role = role;
  FrameLog log(violating.options);
  CHECK(!log.feed(violating.stream));
  const FrameParser& parser = log.parser();
  CHECK(parser.violation() == violating.violation);
  CHECK(parser.error().message == violating.error);
  CHECK(parser.close_code() == expected_close(violating.violation));
  CHECK(parser.error().code == expected_error(parser.close_code()));
}

void check_cases(std::vector<Case> (*cases_of)(Role)) {
  for (const Role role : {Role::client, Role::server}) {
    for (const Case& violating : cases_of(role)) {
      check_case(violating, role);
    }
  }
}

TEST_CASE("Reserved bits and opcodes fail with 1002 and their section") {
  check_cases(reserved_cases);
}

TEST_CASE("Frames out of sequence fail with 1002 and their section") {
  check_cases(sequence_cases);
}

TEST_CASE("Wrong lengths fail with their close code and section") {
  check_cases(length_cases);
}

TEST_CASE("Bad payloads fail with their close code and section") {
  check_cases(payload_cases);
}

TEST_CASE("Every limit fails with 1009 and says both numbers") {
  check_cases(limit_cases);
}

TEST_CASE("What is exactly at the limits passes and the next message starts from zero") {
  const FrameParserOptions limits{.max_frame_bytes = 10, .max_message_bytes = 15};
  const Bytes message = join({frame({.opcode = Opcode::binary, .fin = false}, "0123456789"),
                              frame({.opcode = Opcode::continuation}, "01234")});
  FrameLog log(limits);
  CHECK(log.feed(join({message, message, frame({}, "0123456789"), message})));
  CHECK(log.frames().size() == 7);
}

TEST_CASE("A compressed message may be longer than the limit by what compression can add") {
  const FrameParserOptions limits{.allow_rsv1 = true, .max_message_bytes = 128};
  const auto message = [](bool rsv1, std::size_t size) {
    return frame({.opcode = Opcode::binary, .rsv1 = rsv1}, std::string(size, 'x'));
  };
  const Bytes two_fragments =
      join({frame({.opcode = Opcode::binary, .fin = false, .rsv1 = true}, std::string(150, 'x')),
            frame({.opcode = Opcode::continuation}, std::string(44, 'x'))});
  FrameLog fits(limits);
  CHECK(fits.feed(join({message(true, 128 + 2 + 64), two_fragments, message(false, 128)})));
  CHECK(fits.frames().size() == 4);

  check_case({"whole", message(true, 128 + 2 + 64 + 1), Violation::message_too_big,
              "a message of at least 195 bytes, over the limit of 194 (RFC 6455 10.4)", limits},
             Role::client);
  check_case({"plain after compressed", join({two_fragments, message(false, 129)}),
              Violation::message_too_big,
              "a message of at least 129 bytes, over the limit of 128 (RFC 6455 10.4)", limits},
             Role::client);
}

TEST_CASE("A client refuses masked frames and a server refuses unmasked ones") {
  FrameLog client({.role = Role::client});
  CHECK(!client.feed(frame(from_peer_of(Role::server, {}), "Hello")));
  CHECK(client.parser().violation() == Violation::masked_by_server);
  CHECK(client.parser().error().message == "a masked frame from the server (RFC 6455 5.1)");
  CHECK(client.parser().close_code() == CloseCode::protocol_error);

  FrameLog server({.role = Role::server});
  CHECK(!server.feed(frame({}, "Hello")));
  CHECK(server.parser().violation() == Violation::unmasked_by_client);
  CHECK(server.parser().error().message == "an unmasked frame from the client (RFC 6455 5.1)");
  CHECK(server.parser().close_code() == CloseCode::protocol_error);

  FrameLog empty({.role = Role::server});
  CHECK(!empty.feed(frame({.opcode = Opcode::ping}, "")));
}

TEST_CASE("A header that claims too much is refused before any of its payload") {
  FrameParser parser;
  Bytes stream = head({.opcode = Opcode::binary, .payload_bytes = std::uint64_t{1} << 62});
  std::span<std::byte> input(stream);
  CHECK(parser.next(input).kind == FrameEvent::Kind::violation);
  CHECK(parser.violation() == Violation::frame_too_big);
}

TEST_CASE("Without limits a header may claim 2^63 - 1 bytes") {
  constexpr std::uint64_t kUnlimited = UINT64_MAX;
  FrameParser parser({.max_frame_bytes = kUnlimited, .max_message_bytes = kUnlimited});
  Bytes stream = join(
      {head({.opcode = Opcode::binary, .payload_bytes = kTopBit - 1}), Bytes(100, std::byte{'x'})});
  std::span<std::byte> input(stream);
  const FrameEvent event = parser.next(input);
  CHECK(event.kind == FrameEvent::Kind::data);
  CHECK(event.frame_bytes == kTopBit - 1);
  CHECK(event.payload.size() == 100);
  CHECK(!event.frame_end);
}

TEST_CASE(
    "A text fails at the first byte that cannot become valid though its frame is unfinished") {
  FrameLog log({});
  Bytes frame_head = head({.opcode = Opcode::text, .payload_bytes = 100});
  CHECK(log.feed(frame_head));
  CHECK(log.feed(bytes("\xCE\xBA\xE1\xBD\xB9\xF4")));
  CHECK(!log.feed(bytes("\x90")));
  CHECK(log.parser().violation() == Violation::text_bad_utf8);
  REQUIRE(log.frames().size() == 2);
  CHECK(log.frames()[0].payload == "\xCE\xBA\xE1\xBD\xB9\xF4");
}

TEST_CASE("What precedes a bad byte is handed out and then every call says violation") {
  FrameParser parser;
  Bytes stream = join({frame({}, "good\xFF gone"), frame({}, "never")});
  std::span<std::byte> input(stream);
  const FrameEvent good = parser.next(input);
  CHECK(good.kind == FrameEvent::Kind::data);
  CHECK(Bytes(good.payload.begin(), good.payload.end()) == bytes("good"));
  CHECK((good.message_begin && !good.frame_end && !good.message_end));
  for (int i = 0; i < 3; ++i) {
    CHECK(parser.next(input).kind == FrameEvent::Kind::violation);
  }
}

}  // namespace
}  // namespace wskit::wire
