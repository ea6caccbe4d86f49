// SPDX-License-Identifier: MIT
// An owner that destroys its connection in the middle of whatever it is told.
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::net::Loop;

namespace {

void start_opening(ClientUnderTest& test) {
  test.answer();
}

void start_opening(ServerUnderTest& test) {
  test.ask();
}

/// Lets everything happen that an owner is ever told, and destroys its connection at `fatal`.
template <class UnderTest>
void destroy_at(UnderTest& test, std::string_view fatal) {
  bool destroyed = false;
  const auto destroy = [&] {
    destroyed = true;
    test.owner.connection.reset();
  };
  test.owner.then = [&](std::string_view event) {
    CHECK_FALSE(destroyed);
    if (event == "open" && fatal != "open") {
      test.owner.send("more than ten bytes");
    }
    if (event.starts_with(fatal)) {
      destroy();
    }
  };
  if (fatal == "offer") {
    test.owner.then_offer = destroy;
  }
  if (fatal == "flushed") {
    test.owner.then_flushed = destroy;
  }
  start_opening(test);
  run_until(test.loop, [&] { return !test.owner.events.empty(); });
  const auto from_peer = [&](unsigned first, std::string_view payload) {
    test.peer().write(UnderTest::peer_frame(first, payload));
  };
  from_peer(0x81, "small");
  from_peer(0x01, "in ");
  from_peer(0x89, "ping");
  from_peer(0x80, "pieces");
  from_peer(0x8A, "pong");
  if (fatal == "error") {
    from_peer(0xFF, "");
  }
  from_peer(0x88, close_payload(1000));
  test.peer().stream->finish();
  run_until(test.loop, [&] { return destroyed; });
  run_for(test.loop, 30ms);
  CHECK(test.owner.connection == nullptr);
}

constexpr wskit::ws::ConnectionOptions kShort{.close_timeout = 20ms, .high_watermark = 10};

const char* every_callback() {
  return GENERATE("open", "text small", "text in pieces", "ping", "pong", "drain", "close", "error",
                  "offer", "flushed");
}

}  // namespace

WSKIT_LOOP_TEST("a client's connection may be destroyed in any callback") {
  ClientUnderTest test(loop, {.options = {.connection = kShort}});
  destroy_at(test, every_callback());
}

WSKIT_LOOP_TEST("a server's connection may be destroyed in any callback") {
  ServerUnderTest test(loop, {.connection = kShort});
  destroy_at(test, every_callback());
}

WSKIT_LOOP_TEST("a connection may be destroyed when its opening fails") {
  ClientUnderTest test(loop);
  test.owner.then = [&](std::string_view) { test.owner.connection.reset(); };
  test.await_request();
  test.peer().write("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!");
  test.await_end();
  CHECK(test.owner.connection == nullptr);
  CHECK(test.owner.status == 404);
  CHECK(test.owner.body == "no!");
}

WSKIT_LOOP_TEST("a connection may be destroyed while it reads what a pause held") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.connection->pause();
  test.peer().write(frame(0x81, "one") + frame(0x81, "two"));
  test.owner.then = [&](std::string_view) { test.owner.connection.reset(); };
  run_for(loop, 5ms);
  test.owner.connection->resume();
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  run_for(loop, 2ms);
  CHECK(test.owner.events == Events{"open", "text one"});
}

WSKIT_LOOP_TEST("a connection may be destroyed between resume and the end of the turn") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.connection->pause();
  test.peer().write(frame(0x81, "one"));
  run_for(loop, 5ms);
  test.owner.connection->resume();
  test.owner.connection.reset();
  run_for(loop, 2ms);
  CHECK(test.owner.events == Events{"open"});
}

WSKIT_LOOP_TEST("an owner may replace its connection by another one in a callback") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.then = [&](std::string_view event) {
    if (event == "text one") {
      test.owner.connection = test.client.connect(test.owner);
    }
  };
  test.peer().write(frame(0x81, "one") + frame(0x81, "two"));
  run_until(loop, [&] { return test.server.ends.size() == 2; });
  End& second = *test.server.ends[1];
  run_until(loop, [&] { return second.received.ends_with("\r\n\r\n"); });
  second.write(accepting_answer(second.received));
  run_until(loop, [&] { return test.owner.events.size() == 3; });
  CHECK(test.owner.events == Events{"open", "text one", "open"});
}
