// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "script/player.h"
#include "tests/support/catch.h"
#include "tests/unit/script/play.h"

using namespace wskit;
using namespace wskit::script;

TEST_CASE("an opening that is waited for has a deadline, too") {
  Play own("< [50ms] open\n");
  CHECK(own.pass(49ms).running());
  CHECK(own.pass(1ms).failure() == "1: no answer to the upgrade within 50 ms");
  Play of_test("test t\ntimeout 1s\nclient a, b\nb< refused\na> x\n");
  of_test.open(0);
  CHECK(of_test.pass(1s).failure() == "4: b: no answer to the upgrade within 1 s");
  Play in_time("< [1s] open\n> x\n");
  CHECK(in_time.pass(500ms).open().passed());
}

TEST_CASE("what comes behind its deadline is late, even if nobody looked in between") {
  for (const std::string script : {"< [1s] a\n", "unordered {\n  < [1s] a\n}\n"}) {
    const auto failure_after = [&](Nanoseconds time) {
      Play play(script);
      play.open();
      play.player().on_received(0, {.type = MessageType::text, .payload = "a"}, Instant(1h) + time);
      return play.player().failure();
    };
    CHECK_FALSE(failure_after(999ms).has_value());
    const auto late = failure_after(1s);
    REQUIRE(late.has_value());
    CHECK(late->message == "nothing like it came within 1 s");
    CHECK(late->nearest.at(0).difference == "it came too late");
  }
  Play opened("< [1s] open\n> x\n");
  opened.player().on_open(0, {.status = 101}, Instant(1h) + 1s);
  CHECK(opened.failure() == "1: no answer to the upgrade within 1 s");
}

TEST_CASE("a connection that is lost behind a refusal that was expected is a failure") {
  Play play("< refused 401\nreconnect\n> x\nsleep 1s\n");
  const Ending refused{.what = "refused", .is_failure = true, .refusal = Opening{.status = 401}};
  play.player().on_end(0, refused, Instant(1h));
  play.open();
  play.player().on_end(0, {.what = "the connection was lost", .is_failure = true}, Instant(1h));
  play.pass(1s);
  CHECK(play.failure() == "4: the connection was lost");
}

TEST_CASE("only an answer of HTTP is a refusal that was expected") {
  Play away("< refused\n");
  away.player().on_end(0, {.what = "there is no server", .is_failure = true, .refusal = {}},
                       Instant(1h));
  CHECK(away.failure() == "1: there is no server");
  Play in_block("repeat 1 {\n  < refused 401\n}\n");
  in_block.player().on_end(
      0, {.what = "refused", .is_failure = true, .refusal = Opening{.status = 401}}, Instant(1h));
  CHECK(in_block.passed());
}

TEST_CASE("an HTTP answer of 400 is the lowest that fails") {
  const auto failure_of = [](int status) {
    Play play("http GET http://h/\n");
    play.player().on_answer(PlayedHttpAnswer{.status = status, .headers = {}, .body = "no"},
                            Instant(2h));
    return play.failure();
  };
  CHECK(failure_of(399).empty());
  CHECK(failure_of(400) == "1: the answer is 400: \"no\"");
}

TEST_CASE("a barrier waits for the Pong to its own Ping, and not for who has left") {
  Play play("test t\nclient a, b\na> x\nbarrier\n");
  play.open(0).open(1);
  play.player().on_received(0, {.type = MessageType::pong, .payload = "another"}, Instant(1h));
  play.player().on_received(1, {.type = MessageType::pong, .payload = "barrier"}, Instant(1h));
  CHECK(play.running());
  play.player().on_end(0, {.close_code = wire::CloseCode::normal}, Instant(1h));
  CHECK(play.passed());
}

TEST_CASE("a close is no silence") {
  Play play("> x\n< none 1s\n");
  play.open();
  play.player().on_end(0, {.close_code = wire::CloseCode::normal}, Instant(1h));
  CHECK(play.failure() == "2: close 1000 came");
}

TEST_CASE("all deadlines are multiplied by --timeout-scale") {
  Play play("< [1s] a\n", {}, 2.5);
  play.open().pass(2499ms);
  CHECK(play.running());
  CHECK(play.pass(1ms).failure() == "1: nothing like it came within 2.5 s");
}

TEST_CASE("more unread messages than a mailbox holds are a limit that is met") {
  Play play("sleep 1h\n> x\n");
  play.open();
  const std::string chunk(std::size_t{32} << 20, 'x');
  for (int i = 0; i < 8 && play.running(); ++i) {
    play.come(chunk);
  }
  REQUIRE(play.player().failure());
  CHECK(play.player().failure()->code == ErrorCode::too_big);
  CHECK_THAT(play.failure(), Catch::Contains("more than 256 MiB of messages are unread"));
}

TEST_CASE("a predicate that does not hold shows what the value was compared with") {
  Play computed("set n = 4\n< any\n    jsonpath \"$.n\" == {{n}} + 1\n");
  computed.open().come(R"({"n":6})");
  CHECK(computed.failure() == "3: it does not hold: it is 6, compared with 5");
  Play literal("< any\n    jsonpath \"$.n\" > 1\n");
  literal.open().come(R"({"n":1})");
  CHECK(literal.failure() == "2: it does not hold: it is 1");
}

TEST_CASE("a message that was not selected says which where line does not hold") {
  Play play("< json {}\n    where jsonpath \"$.a\" exists\n    where jsonpath \"$.id\" == 3\n");
  play.open().come(R"({"a":1,"id":1})").pass(5s);
  REQUIRE(play.player().failure());
  CHECK(play.player().failure()->nearest.front().difference == "line 3 does not hold: it is 1");
}

TEST_CASE("whatever fails at a message shows what is left unread") {
  Play assertion("> x\nsleep 1s\n< json {}\n    jsonpath \"$.n\" == 2\n");
  assertion.open().come(R"({"n":1})").come("later").pass(1s);
  REQUIRE(assertion.player().failure());
  CHECK(assertion.player().failure()->mailbox == std::vector<std::string>{"\"later\""});
  Play silence("> x\nsleep 1s\n< none 1s\n");
  silence.open().come("a").come("b").pass(1s);
  REQUIRE(silence.player().failure());
  CHECK(silence.player().failure()->unread == 2);
}

TEST_CASE("a test that is ended while it waits shows what it waited for, and what came") {
  Play play("> x\n< json {\"a\":1}\n");
  play.open().come(R"({"a":2})");
  const Place place = play.player().place();
  play.player().break_off(
      {.code = ErrorCode::closed_local, .place = place, .message = "interrupted"});
  CHECK(play.failure() == "2: interrupted");
  const Failure& failure = *play.player().failure();
  CHECK(failure.code == ErrorCode::closed_local);
  REQUIRE(failure.nearest.size() == 1);
  CHECK(failure.nearest.front().difference == "at /a: expected 1, got 2");
}

TEST_CASE("a regular expression that gives up is a limit, not an expectation that was not met") {
  std::string message(60, 'a');
  message += '!';
  Play awaited("< ~ /^(a|aa)+$/\n");
  awaited.open().come(message);
  REQUIRE(awaited.player().failure());
  CHECK(awaited.player().failure()->code == ErrorCode::usage);
  Play none("< none 1s ~ /^(a|aa)+$/\n");
  none.open().come(message);
  REQUIRE(none.player().failure());
  CHECK(none.player().failure()->code == ErrorCode::usage);
}
