// SPDX-License-Identifier: MIT
// Text is UTF-8, checked as it comes (RFC 6455 8.1): class 6 of the Autobahn test suite.
#include "tests/net/ws/conformance.h"

using namespace wskit::test;

namespace {

const std::vector<std::string> kGood{
    "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5",  // a Greek word
    std::string("\0", 1),
    "\xC2\x80",
    "\xE0\xA0\x80",
    "\xF0\x90\x80\x80",
    "\x7F",
    "\xDF\xBF",
    "\xEF\xBF\xBF",
    "\xF4\x8F\xBF\xBF",
    "\xED\x9F\xBF",
    "\xEE\x80\x80",
    "\xEF\xBF\xBD",
    "\xEF\xBF\xBE",
    "\xF0\x9F\xBF\xBE",
    "plain \xE2\x82\xAC and \xF0\x9F\x98\x80",
};

const std::vector<std::string> kBad{
    "\x80",  // a continuation without a beginning
    "\xBF",
    "\x80\xBF\x80",
    "\xC0\x20",  // beginnings that cannot be
    "\xFE",
    "\xFF",
    "\xF5\x20",
    "\xE0\x80\xAF",  // overlong forms
    "\xC0\xAF",
    "\xC1\xBF",
    "\xE0\x9F\xBF",
    "\xF0\x80\x80\xAF",
    "\xF0\x8F\xBF\xBF",
    "\xC0\x80",
    "\xED\xA0\x80",  // surrogates
    "\xED\xAF\xBF",
    "\xED\xB0\x80",
    "\xED\xBF\xBF",
    "\xED\xA0\x80\xED\xB0\x80",
    "\xF4\x90\x80\x80",  // above U+10FFFF
    "\xF7\xBF\xBF\xBF",
    "\xF8\x88\x80\x80\x80",  // five and six bytes
    "\xFC\x84\x80\x80\x80\x80",
    "\xE2\x82\x20",  // cut off by something else
    "\xF0\x9F\x98\x20",
};

}  // namespace

TEMPLATE_TEST_CASE("UTF-8 is taken as text", "", ClientUnderTest, ServerUnderTest) {
  for (const std::string& text : kGood) {
    run<TestType>({"whole", {{0x81, text}}, {"text " + text}});
    ConformanceCase bytewise{"a fragment a byte", {{0x01}}, {"text <" + text}};
    bytewise.frames.push_back({0x00, "<"});
    for (const char c : text) {
      bytewise.frames.push_back({0x00, {c}});
    }
    bytewise.frames.push_back({0x80});
    run<TestType>(bytewise);
  }
}

TEMPLATE_TEST_CASE("what is no UTF-8 is refused as text and taken as binary", "", ClientUnderTest,
                   ServerUnderTest) {
  for (const std::string& text : kBad) {
    run<TestType>({"whole", {{0x81, "x" + text + "y"}}, {}, 1007});
    run<TestType>({"in fragments", {{0x01, "x"}, {0x00, text}, {0x80, "y"}}, {}, 1007});
    run<TestType>({"at the end", {{0x81, text}}, {}, 1007});
    run<TestType>({"binary", {{0x82, text}}, {"binary " + text}});
  }
}

TEMPLATE_TEST_CASE("a text that ends inside a character is refused", "", ClientUnderTest,
                   ServerUnderTest) {
  for (const char* const text : {"\xC2", "\xE2", "\xE2\x82", "\xF0", "\xF0\x9F", "\xF0\x9F\x98"}) {
    run<TestType>({"whole", {{0x81, text}}, {}, 1007});
    run<TestType>({"in fragments", {{0x01, text}, {0x80}}, {}, 1007});
    run<TestType>({"good before it", {{0x81, "good"}, {0x81, text}}, {"text good"}, 1007});
  }
}

TEMPLATE_TEST_CASE("a bad byte is refused before the rest of its frame and message comes", "",
                   ClientUnderTest, ServerUnderTest) {
  const std::string head = TestType::peer_frame(0x01, "good ");
  const std::string bad = TestType::peer_frame(0x80, "\xCE\xBA\xF4\x90" + std::string(1000, 'x'));
  // Up to the byte that cannot follow, and one less.
  const std::size_t header = bad.size() - 1004;
  for (const bool complete : {false, true}) {
    SimLoop loop;
    TestType test(loop);
    test.open();
    test.peer().write(head + bad.substr(0, header + (complete ? 4 : 3)));
    loop.advance(std::chrono::milliseconds(1));
    CHECK(test.owner.connection->is_open() == !complete);
    CHECK(test.frames().size() == (complete ? 1U : 0U));
    if (complete) {
      CHECK(test.frames()[0].close_code() == 1007);
      CHECK(test.peer().eofs == 1);
    }
  }
}
