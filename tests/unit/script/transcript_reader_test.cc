// SPDX-License-Identifier: MIT
#include "script/transcript_reader.h"

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "script/recorded_line.h"
#include "script/recording.h"
#include "script/transcript.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

const std::string kHead = "{\"wskit\":1,\"url\":\"ws://h/\",\"request\":{\"headers\":{}}}\n";
const std::string kUrl = "url ws://h/\n";

/// The script that a recording becomes.
std::string script_of(const std::string& recording) {
  Transcript transcript;
  std::string out;
  for (const bool writes : {false, true}) {
    for (std::string_view rest = recording; !rest.empty();) {
      const std::size_t end = rest.find('\n');
      const auto line = parse_recorded_line(rest.substr(0, end)).value();
      rest.remove_prefix(end + 1);
      if (!writes) {
        transcript.note(line);
      } else {
        REQUIRE(transcript.append(out, line));
      }
    }
    out = writes ? out : transcript.head("t").value();
  }
  return out;
}

std::string recording_of(const std::string& script) {
  const auto recording = recording_of_transcript("t.wst", script);
  INFO((recording ? std::string() : recording.error().describe()));
  REQUIRE(recording);
  return *recording;
}

/// "LINE:COLUMN" of what a recording cannot say.
std::string refused(const std::string& script) {
  const auto recording = recording_of_transcript("t.wst", script);
  REQUIRE_FALSE(recording.has_value());
  CHECK_THAT(recording.error().message,
             Catch::Contains("only by running: wskit test t.wst --record OUT.jsonl"));
  return std::to_string(recording.error().line) + ":" + std::to_string(recording.error().column);
}

/// Messages that scripts have words, quotes and placeholders for.
class OddMessages {
 public:
  explicit OddMessages(std::uint32_t seed) : random_(seed) {}

  std::string recording() {
    std::string out = kHead;
    const std::uint64_t connections = below(4) + 1;
    for (std::uint64_t i = 0; i < 40; ++i) {
      const Moment moment{.at = std::chrono::microseconds(below(200'000'000'000)),
                          .connection = below(connections) + 1};
      const Message message = this->message();
      append_message(out, moment, below(2) == 0 ? Direction::send : Direction::recv,
                     message.view());
    }
    return out;
  }

 private:
  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random_);
  }

  std::string text(std::size_t most) {
    static constexpr std::array<std::string_view, 36> kPieces{
        "text",       "string",
        "hex",        "b64",
        "ping",       "pong",
        "close 1000", "json",
        "json=",      "~ /a/",
        "*",          "any",
        "none",       "[5s]",
        "[1]",        "{",
        "}",          "{{",
        "}}",         "\\{{",
        "\"\"\"",     "\"",
        "\\",         "\n",
        "\r",         "\t",
        " ",          "#",
        "@1.0",       ">",
        "<",          "{{env.X}}",
        "00",         std::string_view("\0", 1),
        "\u00e9",     "\u2028"};
    std::string out;
    for (std::uint64_t i = below(6); i > 0; --i) {
      const std::string_view piece = kPieces[below(kPieces.size())];
      if (out.size() + piece.size() <= most) {
        out += piece;
        out += below(2) == 0 ? " " : "";
      }
    }
    return out.substr(0, most);
  }

  std::string bytes(std::size_t most) {
    std::string out(below(most + 1), '\0');
    for (char& c : out) {
      c = static_cast<char>(below(256));
    }
    return out;
  }

  Message message() {
    switch (below(5)) {
      case 0:
        return {.type = MessageType::binary, .payload = bytes(200)};
      case 1:
        return {.type = MessageType::ping, .payload = bytes(125)};
      case 2:
        return {.type = MessageType::pong, .payload = bytes(125)};
      case 3:
        return below(4) == 0 ? Message{.type = MessageType::close}
                             : Message{.type = MessageType::close,
                                       .payload = text(100),
                                       .code = wire::CloseCode(3000 + below(2000))};
      default:
        return {.type = MessageType::text, .payload = text(1'000)};
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a recording survives being a script, whatever its messages are") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const std::string recording = OddMessages(seed).recording();
    const std::string script = script_of(recording);
    INFO(seed << "\n" << script);
    CHECK(recording_of(script) == recording);
  }
}

TEST_CASE("the subprotocol of each connection survives too") {
  const std::string open = R"({"t":1.000000,"conn":1,"ev":"open","status":101,"subprotocol":)";
  const std::string first = R"({"t":1.000000,"conn":1,"dir":"send","type":"text","data":"a"})";
  const std::string second = R"({"t":1.000000,"conn":2,"dir":"send","type":"text","data":"b"})";
  for (const std::string& other : {std::string("b.v2"), std::string("a.v1")}) {
    const std::string recording =
        kHead + open + "\"a.v1\"}\n" + first + "\n" +
        R"({"t":1.000000,"conn":2,"ev":"open","status":101,"subprotocol":")" + other + "\"}\n" +
        second + "\n";
    INFO(script_of(recording));
    CHECK(recording_of(script_of(recording)) == recording);
  }
  const std::string one = kHead + R"({"t":1.000000,"conn":2,"ev":"open","status":101})" + "\n" +
                          open + "\"a.v1\"}\n" + first + "\n" + second + "\n";
  CHECK(recording_of(script_of(one)) ==
        kHead + open + "\"a.v1\"}\n" + first + "\n" + second + "\n");
}

TEST_CASE("a transcript that was written by hand is a recording") {
  CHECK(recording_of(kUrl + "protocol chat\ntest t\nclient a, b\n"
                            "a> hello\n@0.5 b< \"\"\"\n  two\n  lines\n  \"\"\"\nb> ping\n"
                            "a< hex 00 ff\na> close 1000 so long\n") ==
        kHead +
            R"({"t":0.000000,"conn":1,"ev":"open","status":101,"subprotocol":"chat"})"
            "\n"
            R"({"t":0.000000,"conn":1,"dir":"send","type":"text","data":"hello"})"
            "\n"
            R"({"t":0.500000,"conn":2,"ev":"open","status":101,"subprotocol":"chat"})"
            "\n"
            R"({"t":0.500000,"conn":2,"dir":"recv","type":"text","data":"two\nlines"})"
            "\n"
            R"({"t":0.500000,"conn":2,"dir":"send","type":"ping","b64":""})"
            "\n"
            R"({"t":0.500000,"conn":1,"dir":"recv","type":"binary","b64":"AP8="})"
            "\n"
            R"({"t":0.500000,"conn":1,"dir":"send","type":"close","code":1000,"reason":"so long"})"
            "\n");
}

TEST_CASE("a header from the environment is one that the recording does not hold") {
  CHECK_THAT(recording_of(kUrl + "header A: Bearer {{env.TOKEN}}\nheader B: 1\ntest t\n> text a\n"),
             Catch::Contains(R"("headers":{"A":"<redacted>","B":"1"})"));
}

TEST_CASE("what comes from the environment is redacted in a recording") {
  CHECK_THAT(recording_of(kUrl + "test t\n> {\"token\":{{json env.TOKEN}}}\n< text a {{env.X}}\n"),
             Catch::Contains(R"("data":"{\"token\":\"<redacted>\"}")") &&
                 Catch::Contains(R"("data":"a <redacted>")"));
  CHECK_THAT(recording_of("url ws://h/?token={{env.TOKEN}}&a=1\ntest t\n> text a\n"),
             Catch::Contains(R"("url":"ws://h/?token=***&a=1")"));
  CHECK(refused("url ws://h/{{env.PATH}}\ntest t\n> text a\n") == "2:6");
}

TEST_CASE("what a recording cannot say is refused at its place") {
  CHECK(refused(kUrl + "test t\n> text {{uuid}}\n") == "3:1");
  CHECK(refused(kUrl + "test t\n> text a\n< json {\"a\":1}\n") == "4:1");
  CHECK(refused(kUrl + "test t\n> text a\n< text b\n    capture x = jsonpath \"$.x\"\n") == "4:1");
  CHECK(refused(kUrl + "test t\n> text a\nstrict < text b\n") == "4:1");
  CHECK(refused(kUrl + "test t\n> text a\n< [1s] text b\n") == "4:1");
  CHECK(refused(kUrl + "test t\n> text a\n@2 sleep 1s\n") == "4:4");
  CHECK(refused(kUrl + "test t\n> raw hex 00\n") == "3:1");
  CHECK(refused(kUrl + "test t\n> text a\non text b > text c\n") == "4:4");
  CHECK(refused(kUrl + "test t\n> text a\ntest u\n> text a\n") == "4:6");
  CHECK(refused(kUrl + "timeout 2s\ntest t\n> text a\n") == "3:6");
  CHECK(refused(kUrl + "test t\n> file a.txt\n") == "3:8");
}
