// SPDX-License-Identifier: MIT
#include "http/event_stream.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::http;

namespace {

/// "NAME DATA ID" of each event, whose bytes come `step` at a time.
std::vector<std::string> events_of(std::string_view stream, std::size_t step) {
  EventStreamParser parser;
  std::vector<std::string> events;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    std::string_view bytes = stream.substr(at, step);
    while (parser.next(bytes).value()) {
      events.push_back(parser.event().name + " " + parser.event().data + " " + parser.event().id);
    }
    CHECK(bytes.empty());
  }
  return events;
}

using Events = std::vector<std::string>;

}  // namespace

TEST_CASE("events end with an empty line, whatever ends the lines and however the bytes come") {
  const std::string lf =
      "\xef\xbb\xbf"
      "data: a\nid: 1\n\nevent: gap\ndata: b\ndata:\ndata:  c\n\n: a comment\n\ndata\n\ndata: cut";
  const Events expected{"message a 1", "gap b\n\n c 1", "message  1"};
  for (const char* const end : {"\n", "\r\n", "\r"}) {
    std::string stream;
    for (const char c : lf) {
      stream += c == '\n' ? std::string(end) : std::string(1, c);
    }
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, stream.size()}) {
      INFO(step << " bytes at a time");
      CHECK(events_of(stream, step) == expected);
    }
  }
}

TEST_CASE("what is no event is passed over, and an id with NUL is not taken") {
  CHECK(events_of("retry: 5\nother: x\n\nevent: unsaid\n\ndata: a\n\n", 3) == Events{"message a "});
  const std::string nul("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid\ndata: c\n\n", 43);
  CHECK(events_of(nul, nul.size()) == Events{"message a 1", "message b 1", "message c "});
}

TEST_CASE("an event that is too long is an error, in one line or in many") {
  for (const std::string& line : {std::string("data: 0123456789"), std::string("data: 01\n")}) {
    EventStreamParser parser(8);
    std::string stream;
    for (int i = 0; i < 4; ++i) {
      stream += line;
    }
    std::string_view bytes = stream;
    CHECK(parser.next(bytes).error().code == ErrorCode::too_big);
  }
  EventStreamParser parser(8);
  std::string_view bytes = "data: 12345\n\n";
  CHECK(parser.next(bytes).value());
}
