// SPDX-License-Identifier: MIT
#include "script/har.h"

#include <string>

#include "script/recorded_line.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

std::string har(const std::string& entries) {
  return R"({"log":{"version":"1.2","entries":[)" + entries + "]}}";
}

std::string entry(const std::string& url, const std::string& messages,
                  const std::string& start = "2026-01-20T15:30:45.100Z") {
  return R"({"startedDateTime":")" + start + R"(","request":{"url":")" + url +
         R"(","headers":[{"name":"Host","value":"h"},{"name":"Cookie","value":"sid=1"},)"
         R"({"name":"Origin","value":"http://h"}]},"response":{"headers":)"
         R"([{"name":"Sec-WebSocket-Protocol","value":"chat"}]},"_webSocketMessages":[)" +
         messages + "]}";
}

HarOptions without_cookies() {
  return {.url = nullptr, .is_secret = [](std::string_view name) { return name == "Cookie"; }};
}

std::string imported(const std::string& entries) {
  return import_har(har(entries), without_cookies()).value().recording;
}

}  // namespace

TEST_CASE("WebSockets of a HAR file become connections of a recording, by their times") {
  const std::string one = entry(
      "ws://h/1?token=x", R"({"type":"send","time":1768923045.2,"opcode":1,"data":"hi"},)"
                          R"({"type":"receive","time":1768923046.5,"opcode":2,"data":"AAE="})");
  const std::string two =
      entry("ws://h/2", R"({"type":"receive","time":1768923045.8,"opcode":1,"data":"x"})",
            "2026-01-20T16:30:45.600+01:00");
  CHECK(imported(R"({"request":{"url":"http://h/"}},)" + one + "," + two) ==
        R"({"wskit":1,"url":"ws://h/1?token=***","start":"2026-01-20T15:30:45.100000Z",)"
        R"("request":{"headers":{"Cookie":"<redacted>","Origin":"http://h"}}})"
        "\n"
        R"({"t":0.000000,"conn":1,"ev":"open","status":101,"subprotocol":"chat"})"
        "\n"
        R"({"t":0.100000,"conn":1,"dir":"send","type":"text","data":"hi"})"
        "\n"
        R"({"t":0.500000,"conn":2,"ev":"open","status":101,"subprotocol":"chat"})"
        "\n"
        R"({"t":0.700000,"conn":2,"dir":"recv","type":"text","data":"x"})"
        "\n"
        R"({"t":1.400000,"conn":1,"dir":"recv","type":"binary","b64":"AAE="})"
        "\n");
}

TEST_CASE("times in milliseconds, as Playwright writes them, are those in seconds") {
  const auto at = [](const std::string& time) {
    return imported(
        entry("ws://h/", R"({"type":"send","time":)" + time + R"(,"opcode":1,"data":"hi"})"));
  };
  CHECK(at("1768923045200.5") == at("1768923045.2005"));
  CHECK_THAT(at("1768923045200.5"), Catch::Contains(R"({"t":0.100500,"conn":1,"dir":"send")"));
}

TEST_CASE("entries are chosen by their URLs, the others listed") {
  const Regex regex = Regex::compile("/b$").value();
  const auto import = import_har(har(entry("ws://h/a", "") + "," + entry("ws://h/b", "")),
                                 {.url = &regex, .is_secret = {}});
  REQUIRE(import.has_value());
  REQUIRE(import->sockets.size() == 2);
  CHECK_FALSE(import->sockets[0].chosen);
  CHECK(import->sockets[1].chosen);
  CHECK_THAT(import->recording, Catch::Contains("ws://h/b") && Catch::Contains("sid=1"));
}

TEST_CASE("errors and control frames of a HAR file are left out and counted") {
  const auto import =
      import_har(har(entry("ws://h/", R"({"type":"error","time":1,"opcode":-1,"data":"x"},)"
                                      R"({"type":"receive","time":1,"opcode":8,"data":""})")),
                 without_cookies());
  REQUIRE(import.has_value());
  CHECK(import->left_out == 2);
}

TEST_CASE("what is wrong with a HAR file is said with its place") {
  const auto complaint = [](const std::string& text) {
    const auto import = import_har(text, without_cookies());
    REQUIRE_FALSE(import.has_value());
    CHECK(import.error().code == ErrorCode::usage);
    return import.error().message;
  };
  const auto of_message = [&](const std::string& message) {
    return complaint(har(entry("ws://h/", message)));
  };
  CHECK_THAT(complaint("{"), Catch::Contains("not a HAR file"));
  CHECK_THAT(complaint("[]"), Catch::Contains("entries"));
  CHECK_THAT(complaint(R"({"log":{"entries":7}})"), Catch::Contains("entries"));
  CHECK_THAT(complaint(har(R"({"_webSocketMessages":1})")),
             Catch::Contains("log.entries[0]._webSocketMessages is not a list"));
  CHECK_THAT(of_message("7"), Catch::Contains("log.entries[0]._webSocketMessages[0] is not"));
  CHECK_THAT(of_message(R"({"type":"x"})"), Catch::Contains(".type is not"));
  CHECK_THAT(of_message(R"({"type":"send"})"), Catch::Contains(".opcode is not"));
  CHECK_THAT(of_message(R"({"type":"send","opcode":1,"data":""})"),
             Catch::Contains(".time is not"));
  CHECK_THAT(of_message(R"({"type":"send","opcode":1,"time":1})"), Catch::Contains(".data is not"));
  CHECK_THAT(of_message(R"({"type":"send","opcode":3,"time":1,"data":""})"),
             Catch::Contains(".opcode is not"));
  CHECK_THAT(of_message(R"({"type":"send","opcode":2,"time":1,"data":"!"})"),
             Catch::Contains("base64"));
}

TEST_CASE("an import has no times that a recording cannot have") {
  const auto sent_at = [](const std::string& time) {
    return R"({"type":"send","time":)" + time + R"(,"opcode":1,"data":"a"})";
  };
  const auto wrong =
      import_har(har(entry("ws://h/", sent_at("0") + "," + sent_at("3.2e12"))), without_cookies());
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message,
             Catch::Contains("[1].time is not a number of seconds since 1970"));
  const std::string recording =
      imported(entry("ws://h/1", sent_at("0")) + "," +
               entry("ws://h/2", sent_at("3.1e9"), "2150-01-20T15:30:45.100Z"));
  const std::string last = recording.substr(recording.rfind('\n', recording.size() - 2) + 1);
  CHECK(parse_recorded_line(last.substr(0, last.size() - 1)).has_value());
}
