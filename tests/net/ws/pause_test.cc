// SPDX-License-Identifier: MIT
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::net::Loop;

WSKIT_LOOP_TEST("a paused connection is told nothing and later all in order") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.connection->pause();
  test.peer().write(frame(0x81, "one") + frame(0x89, "two") + frame(0x82, "three"));
  run_for(loop, 5ms);
  CHECK(test.owner.events == Events{"open"});
  test.owner.connection->resume();
  CHECK(test.owner.events == Events{"open"});
  run_until(loop, [&] { return test.owner.events.size() == 4; });
  CHECK(test.owner.events == Events{"open", "text one", "ping two", "binary three"});
}

WSKIT_LOOP_TEST("a pause inside a callback holds what came in the same piece") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.then = [&](std::string_view) { test.owner.connection->pause(); };
  test.peer().write(frame(0x81, "one") + frame(0x89, "two") + frame(0x8A, "three") +
                    frame(0x88, close_payload(1000)));
  test.peer().stream->finish();
  const Events all{"open", "text one", "ping two", "pong three", "close 1000"};
  for (std::size_t told = 2; told <= all.size(); ++told) {
    run_until(loop, [&] { return test.owner.events.size() == told; });
    run_for(loop, 2ms);
    CHECK(test.owner.events == Events(all.begin(), all.begin() + static_cast<long>(told)));
    test.owner.connection->resume();
  }
}

WSKIT_LOOP_TEST("a pause before and at the opening holds the first message") {
  ClientUnderTest test(loop);
  SECTION("before") {
    test.owner.connection->pause();
    CHECK_FALSE(test.owner.connection->is_open());
  }
  SECTION("at") {
    test.owner.then = [&](std::string_view event) {
      if (event == "open") {
        test.owner.connection->pause();
      }
    };
    CHECK_FALSE(test.owner.connection->is_open());
  }
  test.await_request();
  test.peer().write(accepting_answer(test.request()) + frame(0x81, "early"));
  run_until(loop, [&] { return !test.owner.events.empty(); });
  test.peer().write(frame(0x81, "bird"));
  run_for(loop, 5ms);
  CHECK(test.owner.events == Events{"open"});
  test.owner.connection->resume();
  run_until(loop, [&] { return test.owner.events.size() == 3; });
  CHECK(test.owner.events == Events{"open", "text early", "text bird"});
}

WSKIT_LOOP_TEST("pause and resume in one turn go by the last of them") {
  ClientUnderTest test(loop);
  test.open();
  wskit::ws::Connection& connection = *test.owner.connection;
  connection.pause();
  connection.resume();
  connection.pause();
  test.peer().write(frame(0x81, "one"));
  run_for(loop, 5ms);
  CHECK(test.owner.events == Events{"open"});
  connection.resume();
  connection.pause();
  connection.resume();
  connection.resume();
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  CHECK(test.owner.events == Events{"open", "text one"});
}

WSKIT_LOOP_TEST("a paused connection learns of its end when it reads on") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.connection->pause();
  test.peer().write(frame(0x81, "one"));
  const bool reset = GENERATE(false, true);
  run_for(loop, 2ms);
  if (reset) {
    test.peer().stream->reset_on_close();
    test.peer().stream.reset();
  } else {
    test.peer().stream->finish();
  }
  run_for(loop, 5ms);
  CHECK(test.owner.events == Events{"open"});
  test.owner.connection->resume();
  test.await_end();
  if (reset) {
    // What a kernel still had may be gone with a reset.
    CHECK(test.owner.events.back() == "error reset");
  } else {
    CHECK(test.owner.events == Events{"open", "text one", "error eof"});
  }
}

TEST_CASE("what a paused connection holds overtakes neither a message nor the end") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SimLoop loop(seed);
    ClientUnderTest test(loop);
    test.open();
    loop.network.short_read = 0.8;
    loop.network.short_write = 0.8;
    Events expected{"open"};
    for (int i = 0; i < 40; ++i) {
      const std::string text =
          std::to_string(i + 10) + std::string(static_cast<std::size_t>(i), '.');
      test.peer().write(frame(0x01, text.substr(0, 2)) + frame(0x80, text.substr(2)));
      expected.push_back("text " + text);
    }
    test.peer().write(frame(0x88, close_payload(1000, "end")));
    test.peer().stream->finish();
    expected.emplace_back("close 1000 end");
    test.owner.then = [&](std::string_view event) {
      if (!event.starts_with("close")) {
        test.owner.connection->pause();
      }
    };
    for (std::size_t i = 0; i < 200; ++i) {
      loop.advance(1us);
      const std::size_t told = test.owner.events.size();
      test.owner.connection->resume();
      loop.advance(1us);
      CHECK(test.owner.events.size() <= told + 1);
    }
    CHECK(test.owner.events == expected);
  }
}

WSKIT_LOOP_TEST("a paused connection can send and is told what left") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.connection->pause();
  test.owner.send("hello");
  test.await_frames(1);
  CHECK(test.owner.flushed == 11);
}

TEST_CASE("a paused connection that closes is ended by the deadline") {
  SimLoop loop;
  ClientUnderTest test(loop, {.options = {.connection = {.close_timeout = 2s}}});
  test.open();
  test.owner.connection->pause();
  REQUIRE(test.owner.connection->close());
  loop.advance(1ms);
  test.peer().write(frame(0x88, close_payload(1000)));
  loop.advance(1s);
  CHECK(test.owner.events == Events{"open"});
  loop.advance(1s);
  CHECK(test.owner.events == Events{"open", "error close_timeout"});
}

WSKIT_LOOP_TEST("a paused connection that closes and reads on ends in order") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.connection->pause();
  REQUIRE(test.owner.connection->close());
  test.await_frames(1);
  test.peer().write(frame(0x81, "one") + frame(0x88, close_payload(1000)));
  test.peer().stream->finish();
  run_for(loop, 2ms);
  CHECK(test.owner.events == Events{"open"});
  test.owner.connection->resume();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "text one", "close 1000"});
}
