// SPDX-License-Identifier: MIT
// RFC 6455 case by case, in the order of the classes 1 to 5 and 7 of the Autobahn test suite. That
// suite needs Python 2; these cases are written from the RFC.
#include "tests/net/ws/conformance.h"

using namespace wskit::test;

#define WSKIT_CASES(sentence, cases)                                   \
  TEMPLATE_TEST_CASE(sentence, "", ClientUnderTest, ServerUnderTest) { \
    for (const ConformanceCase& one : cases()) {                       \
      run<TestType>(one);                                              \
    }                                                                  \
  }

namespace {

std::vector<ConformanceCase> messages() {
  std::vector<ConformanceCase> cases;
  for (const std::size_t size : {0UL, 1UL, 124UL, 125UL, 126UL, 127UL, 128UL, 65535UL, 65536UL}) {
    const std::string payload(size, '*');
    cases.push_back({"text of " + std::to_string(size), {{0x81, payload}}, {"text " + payload}});
    cases.push_back(
        {"binary of " + std::to_string(size), {{0x82, payload}}, {"binary " + payload}});
  }
  return cases;
}

std::vector<ConformanceCase> pings_and_pongs() {
  const std::string most(125, '\xFE');
  ConformanceCase ten{"ten pings", {}};
  for (char c = '0'; c <= '9'; ++c) {
    ten.frames.push_back({0x89, {c}});
    ten.events.push_back(std::string("ping ") + c);
  }
  return {
      {"an empty ping", {{0x89}}, {"ping "}},
      {"a ping with text", {{0x89, "Hello"}}, {"ping Hello"}},
      {"a ping with bytes", {{0x89, "\xFF\xFE"}}, {"ping \xFF\xFE"}},
      {"the longest ping", {{0x89, most}}, {"ping " + most}},
      {"a ping that is too long", {{0x89, std::string(126, 'x')}}, {}, 1002},
      {"an empty pong", {{0x8A}}, {"pong "}},
      {"a pong nobody asked for", {{0x8A, "x"}, {0x89, "y"}}, {"pong x", "ping y"}},
      {"a pong that is too long", {{0x8A, std::string(126, 'x')}}, {}, 1002},
      ten,
  };
}

std::vector<ConformanceCase> reserved_bits() {
  std::vector<ConformanceCase> cases;
  for (unsigned bits = 1; bits <= 7; ++bits) {
    const unsigned rsv = bits << 4U;
    const std::string name = "reserved bits " + std::to_string(bits);
    cases.push_back({name + " on text", {{0x81 | rsv, "x"}}, {}, 1002});
    cases.push_back({name + " on binary", {{0x82 | rsv, "x"}}, {}, 1002});
    cases.push_back({name + " on ping", {{0x89 | rsv, "x"}}, {}, 1002});
    cases.push_back({name + " on close", {{0x88 | rsv}}, {}, 1002});
    cases.push_back({name + " after a message and a ping",
                     {{0x81, "a"}, {0x89, "b"}, {0x81 | rsv, "c"}, {0x81, "d"}},
                     {"text a", "ping b"},
                     1002});
    cases.push_back({name + " on a continuation", {{0x01, "a"}, {0x80 | rsv, "b"}}, {}, 1002});
  }
  return cases;
}

std::vector<ConformanceCase> reserved_opcodes() {
  std::vector<ConformanceCase> cases;
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    const std::string name = "opcode " + std::to_string(opcode);
    cases.push_back({name, {{0x80 | opcode}}, {}, 1002});
    cases.push_back({name + " with payload", {{0x80 | opcode, "payload"}}, {}, 1002});
    cases.push_back(
        {name + " after a message", {{0x81, "a"}, {0x80 | opcode, "b"}, {0x89}}, {"text a"}, 1002});
  }
  return cases;
}

std::vector<ConformanceCase> fragments() {
  return {
      {"a fragmented ping", {{0x09, "a"}, {0x80, "b"}}, {}, 1002},
      {"a fragmented pong", {{0x0A, "a"}, {0x80, "b"}}, {}, 1002},
      {"a fragmented close", {{0x08}, {0x80}}, {}, 1002},
      {"two fragments", {{0x01, "a"}, {0x80, "b"}}, {"text ab"}},
      {"a ping between two fragments",
       {{0x01, "a"}, {0x89, "p"}, {0x80, "b"}},
       {"ping p", "text ab"}},
      {"empty fragments", {{0x02}, {0x00}, {0x80}}, {"binary "}},
      {"one empty fragment of three", {{0x01, "a"}, {0x00}, {0x80, "b"}}, {"text ab"}},
      {"a final continuation of nothing", {{0x80, "a"}, {0x81, "b"}}, {}, 1002},
      {"a continuation of nothing", {{0x00, "a"}, {0x81, "b"}}, {}, 1002},
      {"a continuation of nothing after a message",
       {{0x01, "a"}, {0x80, "b"}, {0x00, "c"}, {0x81, "d"}},
       {"text ab"},
       1002},
      {"a message inside a message", {{0x01, "a"}, {0x81, "b"}}, {}, 1002},
      {"a fragment of another message", {{0x01, "a"}, {0x02, "b"}}, {}, 1002},
      {"five fragments with pings",
       {{0x01, "1"}, {0x00, "2"}, {0x89, "p"}, {0x00, "3"}, {0x00, "4"}, {0x89, "q"}, {0x80, "5"}},
       {"ping p", "ping q", "text 12345"}},
      {"two fragmented messages",
       {{0x01, "a"}, {0x80, "b"}, {0x02, "c"}, {0x80, "d"}},
       {"text ab", "binary cd"}},
  };
}

std::vector<ConformanceCase> closes() {
  const std::string longest(123, 'x');
  return {
      {"a close after a message",
       {{0x81, "a"}, {0x88, close_payload(1000)}},
       {"text a"},
       1000,
       false},
      {"two closes", {{0x88, close_payload(1000)}, {0x88, close_payload(1001)}}, {}, 1000, false},
      {"a ping after the close", {{0x88, close_payload(1000)}, {0x89, "x"}}, {}, 1000, false},
      {"a message after the close", {{0x88, close_payload(1000)}, {0x81, "x"}}, {}, 1000, false},
      {"a close inside a message",
       {{0x01, "a"}, {0x88, close_payload(1000)}, {0x80, "b"}},
       {},
       1000,
       false},
      {"an empty close", {{0x88}}, {}, 1005, false},
      {"half a code", {{0x88, "\x03"}}, {}, 1002},
      {"a reason", {{0x88, close_payload(1000, "Hello World!")}}, {}, 1000, false},
      {"the longest reason", {{0x88, close_payload(1000, longest)}}, {}, 1000, false},
      {"a reason that is too long", {{0x88, close_payload(1000, longest + "x")}}, {}, 1002},
      {"a reason that is no UTF-8",
       {{0x88, close_payload(1000, "\xCE\xBA\xE1\xBD\xB9\xED\xA0\x80")}},
       {},
       1007},
      {"a reason cut inside a character", {{0x88, close_payload(1000, "\xCE")}}, {}, 1007},
  };
}

std::vector<ConformanceCase> close_codes() {
  std::vector<ConformanceCase> cases;
  for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U,
                              1013U, 1014U, 3000U, 3999U, 4000U, 4999U}) {
    cases.push_back(
        {"close code " + std::to_string(code), {{0x88, close_payload(code)}}, {}, code, false});
  }
  for (const unsigned code :
       {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65535U}) {
    cases.push_back(
        {"close code " + std::to_string(code), {{0x88, close_payload(code, "reason")}}, {}, 1002});
  }
  return cases;
}

}  // namespace

WSKIT_CASES("messages of every length form", messages)
WSKIT_CASES("pings and pongs", pings_and_pongs)
WSKIT_CASES("reserved bits are a protocol error", reserved_bits)
WSKIT_CASES("reserved opcodes are a protocol error", reserved_opcodes)
WSKIT_CASES("fragments", fragments)
WSKIT_CASES("close frames", closes)
WSKIT_CASES("close codes", close_codes)

TEST_CASE("a masked frame from a server is a protocol error") {
  SimLoop loop;
  ClientUnderTest test(loop);
  test.open();
  test.peer().write(frame(0x81, "good") + masked_frame(0x81, "bad"));
  loop.advance(std::chrono::milliseconds(1));
  CHECK(test.owner.events == Events{"open", "text good"});
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1002);
  CHECK(test.frames()[0].payload.substr(2) == "a masked frame from the server (RFC 6455 5.1)");
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.error.code == wskit::ErrorCode::protocol_error);
}

TEST_CASE("an unmasked frame from a client is a protocol error") {
  SimLoop loop;
  ServerUnderTest test(loop);
  test.open();
  test.peer().write(masked_frame(0x81, "good") + frame(0x81, "bad"));
  loop.advance(std::chrono::milliseconds(1));
  CHECK(test.owner.events == Events{"open", "text good"});
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1002);
}
