// SPDX-License-Identifier: MIT
#include "script/recording.h"

#include <string>

#include "core/json.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;
using namespace std::chrono_literals;

namespace {

constexpr Moment kMoment{.at = 1'500'012us, .connection = 3};

std::string written(const MessageView& message, Direction direction = Direction::recv) {
  std::string out;
  append_message(out, kMoment, direction, message);
  return out;
}

}  // namespace

TEST_CASE("a message is a line of JSON with its time, connection, direction and type") {
  CHECK(written({.type = MessageType::text, .payload = "hi"}, Direction::send) ==
        "{\"t\":1.500012,\"conn\":3,\"dir\":\"send\",\"type\":\"text\",\"data\":\"hi\"}\n");
  CHECK(written({.type = MessageType::binary, .payload = std::string_view("\0\1\2\377", 4)}) ==
        "{\"t\":1.500012,\"conn\":3,\"dir\":\"recv\",\"type\":\"binary\",\"b64\":\"AAEC/w==\"}\n");
  CHECK(written({.type = MessageType::close, .payload = "bye", .code = wire::CloseCode::normal}) ==
        "{\"t\":1.500012,\"conn\":3,\"dir\":\"recv\",\"type\":\"close\",\"code\":1000,"
        "\"reason\":\"bye\"}\n");
}

TEST_CASE("every message is read as it was written") {
  for (const Message& message : {
           Message{.type = MessageType::text, .payload = "plain"},
           Message{.type = MessageType::text,
                   .payload = "a\nb\t\"quoted\" \\ \x01 \x7f \u00e9 \U0001f600"},
           Message{.type = MessageType::text, .payload = ""},
           Message{.type = MessageType::binary, .payload = std::string("\0\n\xff", 3)},
           Message{.type = MessageType::ping, .payload = "p"},
           Message{.type = MessageType::pong, .payload = ""},
           Message{.type = MessageType::close, .payload = "", .code = wire::CloseCode::no_status},
           Message{.type = MessageType::close, .payload = "x", .code = wire::CloseCode(4000)},
       }) {
    const std::string line = written(message.view());
    CHECK(line.find('\n') == line.size() - 1);
    const auto read = parse_recorded_message(line);
    REQUIRE((read.has_value() && read->has_value()));
    CHECK(**read == message);
  }
}

TEST_CASE("the head and the opening are no messages") {
  std::string out;
  append_head(
      out, {.url = "wss://h/chat",
            .start = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>(
                1'768'923'045'123'456us),
            .headers = {{"authorization", "<redacted>"}}});
  CHECK(out ==
        "{\"wskit\":1,\"url\":\"wss://h/chat\",\"start\":\"2026-01-20T15:30:45.123456Z\","
        "\"request\":{\"headers\":{\"authorization\":\"<redacted>\"}}}\n");
  CHECK_FALSE(parse_recorded_message(out).value().has_value());
  out.clear();
  append_open(out, {.at = 12ms}, {.subprotocol = "chat.v2", .extensions = "permessage-deflate"});
  CHECK(out ==
        "{\"t\":0.012000,\"conn\":1,\"ev\":\"open\",\"status\":101,"
        "\"subprotocol\":\"chat.v2\",\"extensions\":\"permessage-deflate\"}\n");
  CHECK_FALSE(parse_recorded_message(out).value().has_value());
  CHECK_FALSE(parse_recorded_message(" \t").value().has_value());
}

TEST_CASE("a line that is no recorded message says what is wrong") {
  const auto complaint = [](std::string_view line) {
    const auto read = parse_recorded_message(line);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == ErrorCode::usage);
    return read.error().message;
  };
  CHECK_THAT(complaint("hello"), Catch::Contains("JSON"));
  CHECK_THAT(complaint("[1]"), Catch::Contains("not an object"));
  CHECK_THAT(complaint(R"({"type":"txt","data":""})"), Catch::Contains("\"txt\""));
  CHECK_THAT(complaint(R"({"type":"text"})"), Catch::Contains("either"));
  CHECK_THAT(complaint(R"({"type":"text","data":"a","b64":""})"), Catch::Contains("either"));
  CHECK_THAT(complaint(R"({"type":"text","data":7})"), Catch::Contains("not a string"));
  CHECK_THAT(complaint(R"({"type":"binary","b64":"!"})"), Catch::Contains("base64"));
  CHECK_THAT(complaint(R"({"type":"close","code":99999})"), Catch::Contains("close code"));
}
