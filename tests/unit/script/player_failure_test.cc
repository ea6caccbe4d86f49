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

TEST_CASE("a connection that is lost behind a refusal that was expected is a failure") {
  Play play("< refused 401\nreconnect\n> x\nsleep 1s\n");
  const Ending refused{.what = "refused", .is_failure = true, .refusal = Opening{.status = 401}};
  play.player().on_end(0, refused, Instant(1h));
  play.open();
  play.player().on_end(0, {.what = "the connection was lost", .is_failure = true}, Instant(1h));
  play.pass(1s);
  CHECK(play.failure() == "4: the connection was lost");
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
