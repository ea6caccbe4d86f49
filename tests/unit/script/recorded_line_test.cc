// SPDX-License-Identifier: MIT
#include "script/recorded_line.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;
using namespace std::chrono_literals;

namespace {

template <class Part>
Part read(const std::string& line, Moment* moment = nullptr) {
  const auto parsed = parse_recorded_line(line);
  REQUIRE(parsed.has_value());
  REQUIRE(std::holds_alternative<Part>(parsed->what));
  if (moment != nullptr) {
    *moment = parsed->moment;
  }
  return std::get<Part>(parsed->what);
}

}  // namespace

TEST_CASE("a recorded message has its time, connection, direction and expectation") {
  Moment moment;
  const auto message = read<RecordedMessage>(
      R"({"t":1.5,"conn":3,"dir":"recv","type":"text","data":"a","expect":{"text":"b"}})", &moment);
  CHECK(moment.at == 1500ms);
  CHECK(moment.connection == 3);
  CHECK(message.direction == Direction::recv);
  CHECK(message.message == Message{.type = MessageType::text, .payload = "a"});
  CHECK(message.expect == Json{{"text", "b"}});
}

TEST_CASE("a recorded message without them was sent at 0 on connection 1") {
  Moment moment;
  const auto message = read<RecordedMessage>(R"({"type":"binary","b64":"AAE="})", &moment);
  CHECK(moment.at == 0s);
  CHECK(moment.connection == 1);
  CHECK(message.direction == Direction::send);
  CHECK_FALSE(message.expect.has_value());
}

TEST_CASE("only a close has a code") {
  CHECK(read<RecordedMessage>(R"({"type":"binary","b64":"AAE=","code":1008})").message ==
        Message{.type = MessageType::binary, .payload = std::string("\0\1", 2)});
  CHECK(read<RecordedMessage>(R"({"type":"close","code":1008,"reason":"x"})").message ==
        Message{
            .type = MessageType::close, .payload = "x", .code = wire::CloseCode::policy_violation});
}

TEST_CASE("the head and the opening of a recording are read as they are written") {
  std::string out;
  append_head(out, {.url = "wss://h/chat",
                    .start = {},
                    .headers = {{"authorization", "<redacted>"}, {"x-room", "1"}}});
  const auto head = read<RecordedHead>(out);
  CHECK(head.url == "wss://h/chat");
  CHECK(head.start == "1970-01-01T00:00:00.000000Z");
  CHECK(head.headers == std::vector<std::pair<std::string, std::string>>{
                            {"authorization", "<redacted>"}, {"x-room", "1"}});
  out.clear();
  append_open(out, {.at = 12ms, .connection = 2}, {.subprotocol = "chat", .extensions = "x"});
  Moment moment;
  const auto opening = read<RecordedOpening>(out, &moment);
  CHECK(moment.at == 12ms);
  CHECK(moment.connection == 2);
  CHECK(opening.status == 101);
  CHECK(opening.subprotocol == "chat");
  CHECK(opening.extensions == "x");
}

TEST_CASE("empty lines and events of another kind are passed over") {
  for (const char* const line : {"", " \t\r", R"({"ev":"lost","t":3})"}) {
    CHECK(std::holds_alternative<std::monostate>(parse_recorded_line(line).value().what));
  }
}

TEST_CASE("a line that is not one of a recording says what was expected") {
  const auto complaint = [](const char* line) {
    const auto parsed = parse_recorded_line(line);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == ErrorCode::usage);
    return parsed.error().message;
  };
  CHECK_THAT(complaint(R"({"t":"x","type":"text","data":""})"), Catch::Contains("seconds"));
  CHECK_THAT(complaint(R"({"t":-1,"type":"text","data":""})"), Catch::Contains("seconds"));
  CHECK_THAT(complaint(R"({"t":1e300,"type":"text","data":""})"), Catch::Contains("seconds"));
  CHECK_THAT(complaint(R"({"conn":0,"type":"text","data":""})"), Catch::Contains("connection"));
  CHECK_THAT(complaint(R"({"dir":"up","type":"text","data":""})"), Catch::Contains("recv"));
  CHECK_THAT(complaint(R"({"type":"text","data":"","expect":7})"), Catch::Contains("expect"));
  CHECK_THAT(complaint(R"({"wskit":9})"), Catch::Contains("version 9"));
  CHECK_THAT(complaint(R"({"wskit":1,"request":{"headers":[1]}})"), Catch::Contains("headers"));
  CHECK_THAT(complaint(R"({"wskit":1,"url":1})"), Catch::Contains("url"));
  CHECK_THAT(complaint(R"({"ev":"open","status":"x"})"), Catch::Contains("status"));
  CHECK_THAT(complaint("{"), Catch::Contains("JSON"));
}

TEST_CASE("messages that are JSON themselves do not look recorded") {
  CHECK(looks_recorded(R"({"wskit":1})"));
  CHECK(looks_recorded(R"({"t":1,"ev":"open"})"));
  CHECK(looks_recorded(R"({"type":"text","data":"x"})"));
  CHECK(looks_recorded(R"({"dir":"recv","type":"close"})"));
  CHECK_FALSE(looks_recorded(R"({"type":"hello"})"));
  CHECK_FALSE(looks_recorded(R"({"type":"ping"})"));
  CHECK_FALSE(looks_recorded("hello"));
  CHECK_FALSE(looks_recorded("[1]"));
}
