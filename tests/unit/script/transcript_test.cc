// SPDX-License-Identifier: MIT
#include "script/transcript.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

std::string transcript(const std::vector<std::string>& lines) {
  Transcript made;
  for (const std::string& line : lines) {
    made.note(parse_recorded_line(line).value());
  }
  std::string out = made.head("t").value();
  for (const std::string& line : lines) {
    REQUIRE(made.append(out, parse_recorded_line(line).value()).has_value());
  }
  return out;
}

/// The line of a message, without its time.
std::string step(const std::string& rest) {
  const std::string out = transcript({R"({"t":0.015,)" + rest + "}"});
  const std::string front = "test t\n@0.015000 ";
  REQUIRE(out.substr(0, front.size()) == front);
  return out.substr(front.size(), out.size() - front.size() - 1);
}

std::string text(const std::string& data) {
  return step(R"("dir":"send","type":"text","data":)" + dump_json(Json(data)));
}

}  // namespace

TEST_CASE("text is written so that it is read as it was") {
  CHECK(text("hello") == "> text hello");
  CHECK(text("ping") == "> text ping");
  CHECK(text(R"({"a":1})") == R"(> {"a":1})");
  CHECK(text("[1]") == "> [1]");
  CHECK(text("") == R"(> string "")");
  CHECK(text(" a") == R"(> string " a")");
  CHECK(text("a\nb") == R"(> string "a\nb")");
  CHECK(text("{{x}}") == R"(> string "{{x}}")");
  CHECK(text("\"\"\"") == R"(> string "\"\"\"")");
}

TEST_CASE("bytes and control frames are written as they were") {
  CHECK(step(R"("dir":"recv","type":"binary","b64":"AAEC/w==")") == "< hex 00 01 02 ff");
  CHECK_THAT(step(R"("type":"binary","b64":")" + std::string(88, 'A') + "\""),
             Catch::StartsWith("> b64 AAAA"));
  CHECK(step(R"("type":"ping","b64":"cA==")") == "> ping hex 70");
  CHECK(step(R"("dir":"recv","type":"pong","b64":"")") == "< pong");
  CHECK(step(R"("type":"close","code":1000,"reason":"so long")") == "> close 1000 so long");
  CHECK(step(R"("type":"close","reason":"")") == "> close");
}

TEST_CASE("an expectation becomes the line's matcher") {
  const auto expecting = [](const std::string& expect) {
    return step(R"("dir":"recv","type":"text","data":"x","expect":)" + expect);
  };
  CHECK(expecting(R"({"json":{"a":1}})") == R"(< json {"a":1})");
  CHECK(expecting(R"({"json=":{"a":1}})") == R"(< json= {"a":1})");
  CHECK(expecting(R"({"re":"^a/\\d+$"})") == R"(< ~ /^a\/\d+$/)");
  CHECK(expecting(R"({"text":"y"})") == "< text y");
  Transcript made;
  std::string out;
  CHECK_FALSE(
      made.append(out, parse_recorded_line(
                           R"({"dir":"recv","type":"text","data":"","expect":{"ignore":"/a"}})")
                           .value())
          .has_value());
}

TEST_CASE("what looks like a script's own words is written as the text that it is") {
  CHECK(text("[5s] late") == "> text [5s] late");
  CHECK(text("\"\"\"x") == R"(> string "\"\"\"x")");
  CHECK(step(R"("type":"close","code":1000,"reason":"a\n> http GET http://h/")") ==
        R"(> close 1000 string "a\n> http GET http://h/")");
  CHECK(step(R"("type":"close","code":1000,"reason":"hex 00")") == "> close 1000 text hex 00");
  CHECK_THAT(transcript({R"({"wskit":1,"request":{"headers":{"X":"{{{"}}})"}),
             Catch::StartsWith("header X: \\{{{\n"));
}

TEST_CASE("what would be a line of its own, or no frame, is not written into a script") {
  for (const std::string head :
       {R"({"wskit":1,"url":"ws://h/\n> a"})",
        R"({"wskit":1,"request":{"headers":{"X":"a\ninclude /etc/passwd"}}})",
        R"({"ev":"open","subprotocol":"a\nb"})"}) {
    Transcript made;
    made.note(parse_recorded_line(head).value());
    CHECK_FALSE(made.head("t").has_value());
  }
  const std::string long_payload(126, 'a');
  for (const std::string& line :
       {std::string(R"({"type":"close","reason":"a"})"),
        std::string(R"({"type":"close","code":1006})"),
        R"({"type":"close","code":1000,"reason":")" + long_payload + "\"}",
        R"({"type":"ping","data":")" + long_payload + "\"}",
        std::string(R"({"dir":"recv","type":"text","data":"","expect":{"re":"a\nb"}})")}) {
    Transcript made;
    std::string out;
    CHECK_FALSE(made.append(out, parse_recorded_line(line).value()).has_value());
  }
}

TEST_CASE("what a recording left out comes from the environment") {
  const auto sent = [](const std::string& data) {
    const std::string script =
        transcript({R"({"t":1,"conn":1,"type":"text","data":)" + dump_json(Json(data)) + "}"});
    return script.substr(script.find("> ") + 2);
  };
  CHECK(sent(R"({"auth":{"api-key": "<redacted>"},"n":1})") ==
        "{\"auth\":{\"api-key\": {{json env.API_KEY}}},\"n\":1}\n");
  CHECK(sent(R"({"text":"key <redacted>"})") == "{\"text\":\"key {{env.REDACTED}}\"}\n");
  CHECK(sent("<redacted> and <redacted>") == "text {{env.REDACTED}} and {{env.REDACTED}}\n");
  CHECK(sent("{\"pw\":\"<redacted>\",\n \"t\":\"{{x}}\"}") ==
        "\"\"\"\n{\"pw\":{{json env.PW}},\n \"t\":\"\\{{x}}\"}\n\"\"\"\n");
  CHECK(sent(" <redacted>\t\n") == "\"\"\"\n {{env.REDACTED}}\t\n\n\"\"\"\n");
  CHECK(sent("\"\"\"<redacted>") == "\"\"\"\n\"\"\"{{env.REDACTED}}\n\"\"\"\n");
  CHECK(sent("{{<redacted> {{x}}") == "\\{{{{env.REDACTED}} \\{{x}}\n");
  CHECK(step(R"("type":"close","code":1000,"reason":"key {{ <redacted>")") ==
        "> close 1000 key \\{{ {{env.REDACTED}}");
  CHECK(step(R"("dir":"recv","type":"text","data":"","expect":{"json":{"pw":"<redacted>"}})") ==
        "< json {\"pw\":{{json env.PW}}}");
  CHECK_THAT(transcript({R"({"wskit":1,"url":"ws://h/?a=***b&token=***&key=***"})",
                         R"({"t":1,"conn":1,"type":"text","data":"a"})"}),
             Catch::StartsWith("url ws://h/?a=***b&token={{env.TOKEN}}&key={{env.KEY}}\n"));
}

TEST_CASE("where what a recording left out cannot come from the environment, it is refused") {
  for (const std::string data :
       {R"(\r<redacted>)", R"(<redacted>\n\"\"\")", R"({<redacted>})", R"(\\<redacted>)"}) {
    for (const std::string& line : {R"("type":"text","data":")" + data + "\"",
                                    R"("type":"close","code":1000,"reason":")" + data + "\""}) {
      INFO(line);
      Transcript made;
      std::string out;
      const auto appended = made.append(out, parse_recorded_line("{" + line + "}").value());
      REQUIRE_FALSE(appended.has_value());
      CHECK_THAT(appended.error().message, Catch::Contains("<redacted> cannot become"));
    }
  }
}

TEST_CASE("the head, and several connections") {
  CHECK(transcript({R"({"wskit":1,"url":"ws://h/","request":{"headers":)"
                    R"({"X-Api-Key":"<redacted>","X-Room":"{{1"}}})",
                    R"({"t":0,"conn":1,"ev":"open","subprotocol":"chat"})",
                    R"({"t":1,"conn":1,"type":"text","data":"a"})",
                    R"({"t":2,"conn":4,"dir":"recv","type":"text","data":"b"})"}) ==
        "url ws://h/\nheader X-Api-Key: {{env.X_API_KEY}}\nheader X-Room: \\{{1\nprotocol chat\n\n"
        "test t\nclient c1, c4\n@1.000000 c1> text a\n@2.000000 c4< text b\n");
}
