// SPDX-License-Identifier: MIT
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
using wskit::net::Loop;
using wskit::wire::CloseCode;
using wskit::ws::SendResult;

WSKIT_LOOP_TEST("a client closes first and waits for the server to end the connection") {
  ClientUnderTest test(loop);
  test.open();
  REQUIRE(test.owner.connection->close(CloseCode::going_away, "bye"));
  CHECK_FALSE(test.owner.connection->is_open());
  test.await_frames(1);
  CHECK(test.frames()[0].opcode == 8);
  CHECK(test.frames()[0].payload == close_payload(1001, "bye"));
  // What the server sent before its Close still counts.
  test.peer().write(frame(0x81, "last words") + frame(0x88, close_payload(1001)));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  run_for(loop, 5ms);
  CHECK(test.owner.events == Events{"open", "text last words"});
  CHECK(test.peer().eofs == 0);
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "text last words", "close 1001"});
  CHECK_FALSE(test.owner.by_peer);
  run_until(loop, [&] { return test.peer().eofs == 1; });
}

WSKIT_LOOP_TEST("a server closes first and ends the connection") {
  ServerUnderTest test(loop);
  test.open();
  REQUIRE(test.owner.connection->close());
  test.await_frames(1);
  CHECK(test.frames()[0].payload == close_payload(1000));
  CHECK(test.peer().eofs == 0);
  test.peer().write(masked_frame(0x88, close_payload(1000)));
  run_until(loop, [&] { return test.peer().eofs == 1; });
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "close 1000"});
  CHECK_FALSE(test.owner.by_peer);
}

WSKIT_LOOP_TEST("a Close of the peer is answered with its code") {
  ServerUnderTest test(loop);
  test.open();
  test.peer().write(masked_frame(0x81, "hi") + masked_frame(0x88, close_payload(4321, "why")));
  run_until(loop, [&] { return test.peer().eofs == 1; });
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].opcode == 8);
  CHECK(test.frames()[0].payload == close_payload(4321));
  CHECK_FALSE(test.owner.connection->is_open());
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "text hi", "close 4321 why"});
  CHECK(test.owner.by_peer);
}

WSKIT_LOOP_TEST("an empty Close is answered with an empty one") {
  ClientUnderTest test(loop);
  test.open();
  test.peer().write(frame(0x88));
  test.await_frames(1);
  CHECK(test.frames()[0].opcode == 8);
  CHECK(test.frames()[0].payload.empty());
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "close 1005"});
}

WSKIT_LOOP_TEST("a Close without a status is empty") {
  ClientUnderTest test(loop);
  test.open();
  REQUIRE(test.owner.connection->close(CloseCode::no_status));
  test.await_frames(1);
  CHECK(test.frames()[0].opcode == 8);
  CHECK(test.frames()[0].payload.empty());
}

WSKIT_LOOP_TEST("two Closes that cross end both connections") {
  ConnectionPair pair(loop);
  pair.open();
  REQUIRE(pair.client.connection->close(CloseCode::normal, "client"));
  REQUIRE(pair.server.connection->close(CloseCode::going_away, "server"));
  run_until(loop, [&] { return pair.client.ended() && pair.server.ended(); });
  CHECK(pair.client.events == Events{"open", "close 1001 server"});
  CHECK(pair.server.events == Events{"open", "close 1000 client"});
  CHECK_FALSE(pair.client.by_peer);
  CHECK_FALSE(pair.server.by_peer);
}

WSKIT_LOOP_TEST("a Close leaves behind all that was sent before it") {
  ConnectionPair pair(loop);
  pair.open();
  const std::string big(3'000'000, 'x');
  pair.client.send(big, wskit::ws::MessageType::binary);
  REQUIRE(pair.client.connection->close());
  run_until(loop, [&] { return pair.client.ended() && pair.server.ended(); });
  CHECK((pair.server.events == Events{"open", "binary " + big, "close 1000"}));
  CHECK(pair.client.events == Events{"open", "close 1000"});
}

WSKIT_LOOP_TEST("after a Close nothing more is sent") {
  ClientUnderTest test(loop);
  test.open();
  REQUIRE(test.owner.connection->close());
  REQUIRE(test.owner.connection->close(CloseCode::going_away));
  CHECK(test.owner.connection->send(wskit::ws::MessageType::text, {}) == SendResult::dropped);
  CHECK(test.owner.connection->ping() == SendResult::dropped);
  test.peer().write(frame(0x89, "still there?"));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  run_for(loop, 2ms);
  CHECK(test.owner.events.back() == "ping still there?");
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].payload == close_payload(1000));
}

WSKIT_LOOP_TEST("what comes after the peer's Close is not read") {
  ClientUnderTest test(loop);
  test.open();
  test.peer().write(frame(0x88, close_payload(1000)) + frame(0x81, "too late") + "\xFF\xFF\xFF");
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "close 1000"});
}

WSKIT_LOOP_TEST("a Close that must not be sent is refused and the connection stays open") {
  ClientUnderTest test(loop);
  test.open();
  for (const unsigned code : {0U, 999U, 1004U, 1006U, 1015U, 2999U, 5000U}) {
    const auto result = test.owner.connection->close(static_cast<CloseCode>(code));
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::usage);
  }
  CHECK_FALSE(test.owner.connection->close(CloseCode::normal, std::string(124, 'x')));
  CHECK_FALSE(test.owner.connection->close(CloseCode::normal, "\xC3"));
  CHECK(test.owner.connection->is_open());
  test.owner.send("alive");
  test.await_frames(1);
  CHECK(test.frames()[0].payload == "alive");
}

TEST_CASE("a peer that does not answer a Close is given up at the deadline") {
  SimLoop loop;
  ClientUnderTest test(loop, {.options = {.connection = {.close_timeout = 3s}}});
  test.open();
  loop.advance(1s);
  REQUIRE(test.owner.connection->close());
  const auto closed = loop.now();
  loop.run_until(closed + 3s - 1ns);
  CHECK(test.owner.events == Events{"open"});
  loop.run_until(closed + 3s);
  CHECK(test.owner.events == Events{"open", "error close_timeout"});
  loop.advance(1ms);
  CHECK(test.peer().eofs == 1);
}

TEST_CASE("a peer that answers a Close and keeps the connection is left at the deadline") {
  SimLoop loop;
  ClientUnderTest test(loop, {.options = {.connection = {.close_timeout = 3s}}});
  test.open();
  REQUIRE(test.owner.connection->close());
  loop.advance(2s);
  test.peer().write(frame(0x88, close_payload(1000)));
  loop.advance(2999ms);
  CHECK(test.owner.events == Events{"open"});
  loop.advance(2ms);
  CHECK(test.owner.events == Events{"open", "close 1000"});
  loop.advance(1ms);
  CHECK(test.peer().eofs == 1);
}

TEST_CASE("the deadline of a Close starts anew while a slow peer takes what stands before it") {
  SimLoop loop;
  loop.network = {.to_listener = 1ms, .to_connector = 1ms, .socket_buffer = 10'000};
  ClientUnderTest test(loop, {.options = {.connection = {.close_timeout = 3s}}});
  test.open();
  test.peer().stream->pause();
  test.owner.send(std::string(35'000, 'x'));
  REQUIRE(test.owner.connection->close());
  for (int i = 0; i < 4; ++i) {
    loop.advance(2s);
    CHECK(test.owner.events == Events{"open"});
    test.peer().stream->resume();
    loop.advance(1500us);
    test.peer().stream->pause();
  }
  test.peer().stream->resume();
  loop.advance(5ms);
  REQUIRE(test.frames().size() == 2);
  CHECK(test.frames()[1].opcode == 8);
  loop.advance(3s);
  CHECK(test.owner.events == Events{"open", "error close_timeout"});
}

WSKIT_LOOP_TEST("the end of the connection without a Close is an error") {
  ClientUnderTest test(loop);
  test.open();
  const auto unfinished =
      GENERATE(as<std::string>(), "", frame(0x01, "half of"), frame(0x81, "half").substr(0, 4));
  test.peer().write(frame(0x81, "hi") + unfinished);
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "text hi", "error eof"});
}

WSKIT_LOOP_TEST("a reset is an error") {
  ClientUnderTest test(loop);
  test.open();
  test.peer().stream->reset_on_close();
  test.peer().stream.reset();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "error reset"});
}

WSKIT_LOOP_TEST("the end of the connection instead of an answer to a Close is an error") {
  ClientUnderTest test(loop);
  test.open();
  REQUIRE(test.owner.connection->close());
  test.await_frames(1);
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "error eof"});
}

WSKIT_LOOP_TEST("a reset after both Closes is an orderly end") {
  ClientUnderTest test(loop);
  test.open();
  REQUIRE(test.owner.connection->close());
  test.await_frames(1);
  test.peer().write(frame(0x88, close_payload(1000)));
  run_for(loop, 5ms);
  test.peer().stream->reset_on_close();
  test.peer().stream.reset();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "close 1000"});
}

WSKIT_LOOP_TEST("a connection that was told to resets when it is destroyed") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.connection->reset_on_close();
  test.owner.connection.reset();
  run_until(loop, [&] { return test.peer().errors == 1; });
  CHECK(test.peer().error.code == ErrorCode::reset);
  CHECK(test.owner.events == Events{"open"});
}

WSKIT_LOOP_TEST("a connection that is destroyed ends without a Close") {
  ServerUnderTest test(loop);
  test.open();
  test.owner.connection.reset();
  run_until(loop, [&] { return test.peer().eofs == 1; });
  CHECK(test.frames().empty());
  CHECK(test.owner.events == Events{"open"});
}
