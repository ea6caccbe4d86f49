// SPDX-License-Identifier: MIT
#include <map>
#include <string>
#include <vector>

#include "script/player.h"
#include "tests/support/catch.h"
#include "tests/unit/script/play.h"

using namespace wskit;
using namespace wskit::script;

namespace {

using Log = std::vector<std::string>;

}  // namespace

TEST_CASE("a script sends and expects in the order of its lines") {
  Play play("> one\n< two\n> three\n");
  CHECK(play.log == Log{"open 0"});
  play.open();
  CHECK(play.log == Log{"open 0", "0> one"});
  play.come("two");
  CHECK(play.log == Log{"open 0", "0> one", "0> three"});
  CHECK(play.passed());
}

TEST_CASE("an expectation skips other messages and keeps the later ones") {
  Play play("< b\n< d\n");
  play.open().come("a").come("b").come("c").come("d");
  CHECK(play.passed());
}

TEST_CASE("messages that came before their line was reached are not lost") {
  Play play("sleep 1s\n< early\n< earlier\n");
  play.open().pass(100ms).come("early").come("earlier").pass(1s);
  CHECK(play.passed());
}

TEST_CASE("what does not come within the timeout fails at its line, with the nearest messages") {
  Play play("timeout 2s\n> hi\n< json {\"type\":\"welcome\",\"n\":1}\n");
  play.open().come("noise").come(R"({"type":"welcome","n":2})").pass(1999ms);
  CHECK(play.running());
  play.pass(1ms);
  CHECK(play.failure() == "3: nothing like it came within 2 s");
  const Failure& failure = *play.player().failure();
  CHECK(failure.nearest.size() == 2);
  CHECK(failure.nearest.front().difference == "at /n: expected 1, got 2");
  CHECK(failure.unread == 2);
  CHECK(failure.code == ErrorCode::timeout);
}

TEST_CASE("a deadline in brackets is this line's own, and a JSON array is none") {
  Play own("< [100ms] late\n");
  own.open().pass(100ms);
  CHECK(own.failure() == "1: nothing like it came within 100 ms");
  Play array("< [1,2]\n");
  CHECK(array.open().come("[1,2]").passed());
}

TEST_CASE("strict takes the very next message, but for pings") {
  CHECK(Play("strict < a\n").open().come(MessageType::ping, "").come("a").passed());
  Play other("strict < a\n");
  other.open().come("b");
  CHECK(other.failure() == "1: the next message is another one");
}

TEST_CASE("unordered takes its messages in any order") {
  Play play("unordered {\n  < a\n  < b\n}\n< c\n");
  play.open().come("c0").come("b").come("a").come("c");
  CHECK(play.passed());
  Play missing("unordered {\n  < a\n  < [1s] b\n}\n");
  missing.open().come("a").pass(999ms);
  CHECK(missing.running());
  missing.pass(1ms);
  CHECK(missing.failure() == "3: nothing like it came within 1 s");
  Play longer("unordered {\n  < [1s] a\n  < [9s] b\n}\n");
  longer.open().come("a").pass(8s).come("b");
  CHECK(longer.passed());
}

TEST_CASE("unordered skips what came before the last message that it took") {
  Play play("unordered {\n  < a\n  < b\n}\n< x\n");
  play.open().come("x").come("b").come("noise").come("a");
  CHECK(play.running());
  CHECK(play.come("x").passed());
}

TEST_CASE("unordered skips as much when it takes an earlier message after a later one") {
  Play play("> x\nsleep 1s\nunordered {\n  < b\n  < a\n}\n< none 10ms\n");
  play.open().come("n1").come("a").come("n2").come("b").pass(1s);
  CHECK(play.pass(10ms).passed());
}

TEST_CASE("many unread messages are read one after the other without going through all each time") {
  Play play("sleep 1s\nrepeat 300000 {\n  < any\n}\n");
  play.open();
  for (int i = 0; i < 300'000; ++i) {
    play.come("message");
  }
  CHECK(play.pass(1s).passed());
}

TEST_CASE("none waits for silence, and looks at what is unread already") {
  Play quiet("< none 300ms\n");
  quiet.open().pass(299ms);
  CHECK(quiet.running());
  CHECK(quiet.pass(1ms).passed());
  Play loud("> x\nsleep 1s\n< none 300ms\n");
  loud.open().come("x").pass(1s);
  CHECK(loud.failure() == "3: \"x\" came");
  Play other("< none 300ms json {\"type\":\"error\"}\n");
  CHECK(other.open().come("{\"type\":\"ok\"}").pass(300ms).passed());
}

TEST_CASE("captures go into what is sent and expected later") {
  Play play(
      "> hi\n< json {\"type\":\"welcome\"}\n    capture sid = jsonpath \"$.sid\"\n"
      "> {\"sid\":{{json sid}},\"x\":\"\\{{sid}}\"}\n< ~ /^id=(?<id>[0-9]+)/\n> {{id}}\n");
  play.open().come(R"({"type":"welcome","sid":"a\"b"})").come("id=42!");
  CHECK(play.log.at(2) == R"(0> {"sid":"a\"b","x":"{{sid}}"})");
  CHECK(play.log.at(3) == "0> 42");
  CHECK(play.passed());
}

TEST_CASE("predicates hold or fail at their own line, at once") {
  const std::string script =
      "< json {}\n    jsonpath \"$.users\" count > 1\n    jsonpath \"$.n\" == {{seq}} + 1\n"
      "    jsonpath \"$.name\" startsWith \"an\"\n    jsonpath \"$.gone\" not exists\n";
  const std::map<std::string, std::string> four{{"seq", "4"}};
  CHECK(Play(script, four).open().come(R"({"users":[1,2],"n":5,"name":"ann"})").passed());
  Play wrong(script, four);
  wrong.open().come(R"({"users":[1,2],"n":6,"name":"ann"})");
  CHECK(wrong.failure() == "3: it does not hold: it is 6, compared with 5");
}

TEST_CASE("where selects among the messages that fit") {
  Play play(
      "< json {\"t\":\"m\"}\n    where jsonpath \"$.id\" == 2\n    jsonpath \"$.ok\" == true\n");
  play.open().come(R"({"t":"m","id":1,"ok":false})").come(R"({"t":"m","id":2,"ok":true})");
  CHECK(play.passed());
}

TEST_CASE("on answers in the background and takes what it answered") {
  Play play("> a\n< b\n< none 100ms\non * json {\"type\":\"ping\"} > {\"type\":\"pong\"}\n");
  play.open().come("{\"type\":\"ping\"}").come("b").come("{\"type\":\"ping\"}").pass(100ms);
  CHECK(play.log == Log{"open 0", "0> a", "0> {\"type\":\"pong\"}", "0> {\"type\":\"pong\"}"});
  CHECK(play.passed());
}

TEST_CASE("fail on stands watch for the whole test") {
  Play play("sleep 1s\n< a\nfail on json {\"type\":\"error\"}\n");
  play.open().come("{\"type\":\"error\"}");
  CHECK(play.failure() == "3: \"{\"type\":\"error\"}\" came");
  Play of_one("test t\nclient a, b\nfail on a text no\na> x\nb< yes\n");
  of_one.open(0).open(1).come("no", 1).come("yes", 1);
  CHECK(of_one.passed());
}

TEST_CASE("all clients are open before the first message, whichever it is") {
  Play play("test t\nclient a, b\na> x\nb< y\n");
  CHECK(play.log == Log{"open 0", "open 1"});
  play.open(0);
  CHECK(play.log.size() == 2);
  play.open(1);
  CHECK(play.log.back() == "0> x");
  CHECK(play.come("y", 1).passed());
}

TEST_CASE("a barrier waits until each server has answered a ping") {
  Play play("test t\nclient a, b\nb> join\nbarrier\na> say\n");
  play.open(0).open(1);
  CHECK(play.log == Log{"open 0", "open 1", "1> join", "0> ping barrier", "1> ping barrier"});
  play.player().on_received(1, {.type = MessageType::pong, .payload = "barrier"}, Instant(1h));
  CHECK(play.log.size() == 5);
  play.player().on_received(0, {.type = MessageType::pong, .payload = "barrier"}, Instant(1h));
  CHECK(play.log.back() == "0> say");
  Play silent("> x\nbarrier\n");
  silent.open().pass(5s);
  CHECK(silent.failure() == "2: no Pong to the barrier's Ping within 5 s");
}

TEST_CASE("blocks are repeated by count and by time") {
  Play count("set n = 0\nrepeat 3 {\n  set n = {{n}} + 1\n  > {{n}}\n}\nrepeat 0 {\n > never\n}\n");
  count.open();
  CHECK(count.log == Log{"open 0", "0> 1", "0> 2", "0> 3"});
  CHECK(count.passed());
  Play time("repeat 1s {\n  > x\n  sleep 400ms\n}\n");
  time.open().pass(2s);
  CHECK(time.log == Log{"open 0", "0> x", "0> x", "0> x"});
  CHECK(time.passed());
}

TEST_CASE("an endless loop lets others have their turn") {
  Play play("set n = 0\nrepeat 1000000000000 {\n  set n = {{n}} + 1\n}\n");
  CHECK(play.running());
  CHECK(play.player().next_tick() == Instant(1h));
}

TEST_CASE("directives of the test and the client go before those of the head") {
  Play play(
      "url ws://head/\nheader X: 1\nheader Y: 2\ntest t\nheader X: 3\nclient a\nurl ws://a/\n"
      "protocol p.1, p.2\nclient b\na> 1\nb> 2\n");
  REQUIRE(play.opened.size() == 2);
  CHECK(play.opened[0].url == "ws://a/");
  CHECK(play.opened[0].subprotocols == std::vector<std::string>{"p.1", "p.2"});
  CHECK(play.opened[0].headers ==
        std::vector<wire::Header>{{.name = "Y", .value = "2"}, {.name = "X", .value = "3"}});
  CHECK(play.opened[1].url == "ws://head/");
}

TEST_CASE("a script without a URL takes the command line's") {
  Play play("> x\n");
  CHECK(play.opened.at(0).url == "ws://server/");
}

TEST_CASE("a login before the socket goes into its headers") {
  Play play(
      "http POST http://server/login\nheader Accept: */*\nbody {\"user\":\"ann\"}\n"
      "    status == 200\n    capture token = jsonpath \"$.token\"\n"
      "connect\nheader Authorization: Bearer {{token}}\n> hi\n");
  CHECK(play.log == Log{"POST http://server/login {\"user\":\"ann\"}"});
  play.player().on_answer(
      PlayedHttpAnswer{.status = 200, .headers = {}, .body = R"({"token":"t0"})"}, Instant(2h));
  REQUIRE(play.opened.size() == 1);
  CHECK(play.opened[0].headers ==
        std::vector<wire::Header>{{.name = "Authorization", .value = "Bearer t0"}});
  CHECK(play.open().passed());
}

TEST_CASE("an HTTP answer of 400 and above fails unless its status is tested") {
  Play play("http GET http://server/x\n> hi\n");
  play.player().on_answer(PlayedHttpAnswer{.status = 403, .headers = {}, .body = "no"},
                          Instant(2h));
  CHECK(play.failure() == "1: the answer is 403: \"no\"");
}

TEST_CASE("a refused upgrade is a failure, or what was expected") {
  Play play("> hi\n");
  play.player().on_end(0, {.what = "refused with 401", .is_failure = true, .refusal = Opening{}},
                       Instant(2h));
  CHECK(play.failure() == "1: refused with 401");
  Play expected("< refused 401\n    header \"X\" == \"y\"\n");
  Opening refusal{.status = 401};
  refusal.headers.add("X", "y");
  expected.player().on_end(0, {.what = "refused", .is_failure = true, .refusal = refusal},
                           Instant(1h));
  CHECK(expected.passed());
  Play opens("< refused\n");
  opens.open();
  CHECK(opens.failure() == "1: the connection opened");
}

TEST_CASE(
    "a peer's close is a message, and one that tells of an error fails when nobody reads it") {
  Ending bad{.close_code = wire::CloseCode::internal_error,
             .close_reason = "oops",
             .what = "the server closed with 1011",
             .is_failure = true};
  Play read("< close 1011 oops\n");
  read.open();
  read.player().on_end(0, bad, Instant(1h));
  CHECK(read.passed());
  Play unread("> x\nsleep 1s\n");
  unread.open();
  unread.player().on_end(0, bad, Instant(1h));
  unread.pass(1s);
  CHECK(unread.failure() == "2: the server closed with 1011");
  Play waiting("< text x\n");
  waiting.open();
  waiting.player().on_end(0, bad, Instant(1h));
  CHECK(waiting.failure() == "1: the server closed with 1011");
}

TEST_CASE("a named step is measured from its first line to its last message") {
  Play play("step login\n> a\n< b\nstep work\n> c\nsleep 1s\n");
  play.open().pass(250ms).come("b").pass(1s);
  CHECK(play.log == Log{"open 0", "0> a", "login took 250", "0> c", "work took 0"});
}

TEST_CASE("a time before a step is waited for, before an expectation it is a note") {
  Play play("@0.5 > a\n@0.1 < b\n@2 > c\n");
  play.open().pass(499ms);
  CHECK(play.log == Log{"open 0"});
  play.pass(1ms).come("b").pass(1499ms);
  CHECK(play.log.size() == 2);
  play.pass(1ms);
  CHECK(play.log.back() == "0> c");
}

TEST_CASE("messages of every kind can be sent") {
  Play play(
      "> text text ping\n> string \"a\\nb {{x}}\"\n> hex 00 fF\n> b64 AAEC\n> json { \"a\" : [1] "
      "}\n"
      "> \"\"\"\n  line 1\n    line 2\n  \"\"\"\n> ping hex 01\n> pong\n> raw hex 41\n"
      "> close 1000 bye now\n");
  play.open();
  CHECK(play.log == Log{"open 0", "0> text ping", "0> a\nb {{x}}",
                        std::string("0> binary \0\xff", 12), std::string("0> binary \0\1\2", 13),
                        "0> {\"a\":[1]}", "0> line 1\n  line 2", "0> ping \1", "0> pong ",
                        "0> raw A", "0> close 1000 bye now"});
}

TEST_CASE("patterns of every kind fit what they name, and nothing else") {
  const auto fits = [](const std::string& pattern, MessageType type, const std::string& payload) {
    Play play("strict < " + pattern + "\n");
    return play.open().come(type, payload).passed();
  };
  using enum MessageType;
  CHECK(fits("plain", text, "plain"));
  CHECK_FALSE(fits("plain", binary, "plain"));
  CHECK(fits("json= {\"a\":1,\"b\":2}", text, "{\"b\":2,\"a\":1}"));
  CHECK_FALSE(fits("json= {\"a\":1}", text, "{\"b\":2,\"a\":1}"));
  CHECK(fits("~ /^A.c$/i", text, "abc"));
  CHECK(fits("* a*c?e", text, "abbcde"));
  CHECK_FALSE(fits("* a*c?", text, "abbcde"));
  CHECK(fits("any", binary, "x"));
  CHECK(fits("hex 78", binary, "x"));
  CHECK_FALSE(fits("hex 78", text, "x"));
  CHECK(fits("ping abc", ping, "abc"));
  CHECK_FALSE(fits("pong abc", pong, "abd"));
}

TEST_CASE("a regular expression that runs away fails its line instead of hanging") {
  Play play("< ~ /^(a+)+$/\n");
  play.open().come(std::string(40, 'a') + "b");
  CHECK(play.failure().starts_with("1: regular expression '^(a+)+$' gave up on a message of 41"));
}

TEST_CASE("JSON that is nested too deep is a limit that ends the test at once") {
  Play play("timeout 1s\n< json {}\n");
  play.open().come(std::string(10'000, '[') + std::string(10'000, ']'));
  CHECK(play.failure() == "2: JSON is nested deeper than 256 levels");
  CHECK(play.player().failure()->code == ErrorCode::local_limit);
  CHECK(play.player().failure()->nearest.empty());
}

TEST_CASE("the same seed gives the same values") {
  const auto sent = [] {
    Play play("> {{uuid}} {{rand 1 100}} {{seq}} {{seq}} {{conn}} {{now}}\n");
    play.open();
    return play.log.back();
  };
  CHECK(sent() == sent());
  CHECK(sent().ends_with(" 1 2 1 1700000000000"));
}

TEST_CASE("whatever is named after json in a placeholder is quoted for JSON") {
  Play play("set a = x\"y\n> {{json a}} {{json conn}} {{json rand 7 7}} {{json  seq}}\n");
  play.open();
  CHECK(play.log.back() == R"(0> "x\"y" "1" "7" "1")");
}

TEST_CASE("a default may be a string in quotes or plain text") {
  Play play("set a = \" x\\u00e9 \"\nset b = it's so\n> {{a}}|{{b}}\n");
  play.open();
  CHECK(play.log.back() == "0>  x\u00e9 |it's so");
}

TEST_CASE("a test is played again from its first line, without what came before") {
  Play play("> {{seq}}\n< ~ /(?<x>[a-z]+)/\n> {{x}}\n< end\n");
  play.open().come("abc").come("end");
  CHECK(play.passed());
  play.player().restart(Instant{} + 1h);
  CHECK(play.running());
  CHECK(play.log == Log{"open 0", "0> 1", "0> abc", "open 0"});
  play.open().come("later");
  CHECK(play.log.back() == "0> later");
  CHECK(play.log.at(4) == "0> 2");
  CHECK(play.running());
  CHECK(play.come("end").passed());
}

TEST_CASE("a test that failed can be played again") {
  Play play("step s\n> a\nstrict < b\n");
  play.open().come("c");
  CHECK(play.player().step_name() == 0);
  play.player().restart(Instant{} + 1h);
  CHECK(!play.player().failure());
  CHECK(play.open().come("b").passed());
}
