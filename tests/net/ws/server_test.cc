// SPDX-License-Identifier: MIT
#include "ws/server.h"

#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
using wskit::net::Loop;

WSKIT_LOOP_TEST("a server answers a request and is then open") {
  ServerUnderTest test(loop);
  test.open();
  CHECK(test.answer().starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(test.answer().find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
        std::string::npos);
  CHECK(test.owner.request_target == "/path?query");
  REQUIRE(test.owner.opened);
  CHECK(test.owner.opened->peer.to_string().starts_with("127.0.0.1:"));

  test.peer().write(masked_frame(0x81, "hello"));
  test.owner.send("welcome");
  test.await_frames(1);
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  CHECK(test.owner.events.back() == "text hello");
  CHECK(test.frames()[0].payload == "welcome");
  CHECK_FALSE(test.frames()[0].masked);
}

WSKIT_LOOP_TEST("the bytes of the upgrade are no traffic of the frames") {
  ServerUnderTest test(loop);
  test.open();
  test.owner.send("12345");
  CHECK(test.owner.connection->unsent() == 7);
  test.await_frames(1);
  CHECK(test.owner.connection->unsent() == 0);
  CHECK(test.owner.flushed == 7);
  CHECK(test.server.traffic().sent == 7);
  test.peer().write(masked_frame(0x82, "123"));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  CHECK(test.server.traffic().received == 9);
}

WSKIT_LOOP_TEST("frames that came in one piece with the request are read") {
  ServerUnderTest test(loop);
  test.peer().write(upgrade_request() + masked_frame(0x81, "early") + masked_frame(0x82, "bird"));
  run_until(loop, [&] { return test.owner.events.size() == 3; });
  CHECK(test.owner.events == Events{"open", "text early", "binary bird"});
}

TEST_CASE("a server reads a request that is cut anywhere") {
  const std::string bytes = upgrade_request() + masked_frame(0x81, "hi");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    SimLoop loop;
    ServerUnderTest test(loop);
    test.peer().write(bytes.substr(0, cut));
    loop.advance(1ms);
    test.peer().write(bytes.substr(cut));
    loop.advance(1ms);
    CHECK(test.owner.events == Events{"open", "text hi"});
  }
}

WSKIT_LOOP_TEST("a server picks a known subprotocol and adds its headers") {
  ServerUnderTest test(
      loop, {.upgrade = {.subprotocols = {"b", "a"}, .deflate = {}, .headers = {{"X-Y", "z"}}}});
  test.open("Sec-WebSocket-Protocol: a, b, c\r\n");
  CHECK(test.owner.opened->subprotocol == "b");
  CHECK(test.answer().find("Sec-WebSocket-Protocol: b\r\n") != std::string::npos);
  CHECK(test.answer().find("X-Y: z\r\n") != std::string::npos);
}

WSKIT_LOOP_TEST("a refused request gets a whole answer and then the end") {
  ServerUnderTest test(loop);
  test.peer().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  run_until(loop, [&] { return test.peer().eofs == 1; });
  CHECK(test.peer().received.starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
  CHECK(test.peer().received.ends_with("\n"));
  CHECK(test.owner.events.empty());
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.error.code == ErrorCode::upgrade_http_status);
  CHECK(test.owner.error.message.starts_with("refused the upgrade with 426: "));
}

WSKIT_LOOP_TEST("what is no HTTP is refused with 400") {
  ServerUnderTest test(loop);
  test.peer().write("\x16\x03\x01 hello\r\n\r\n and what follows");
  run_until(loop, [&] { return test.peer().eofs == 1; });
  CHECK(test.peer().received.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  test.peer().stream.reset();
  test.await_end();
  CHECK(test.owner.error.code == ErrorCode::upgrade_not_http);
}

TEST_CASE("a client that sends no request in time is let go") {
  SimLoop loop;
  ServerUnderTest test(loop, {.open_timeout = 3s});
  test.peer().write("GET / HT");
  loop.advance(2999ms);
  CHECK(test.owner.events.empty());
  loop.advance(2ms);
  CHECK(test.owner.events == Events{"error upgrade_timeout"});
  test.owner.connection.reset();
  loop.advance(1ms);
  CHECK(test.peer().eofs + test.peer().errors == 1);
}

TEST_CASE("a refused client that does not leave is let go") {
  SimLoop loop;
  ServerUnderTest test(loop, {.open_timeout = 3s});
  test.peer().write("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n");
  loop.advance(2999ms);
  CHECK(test.peer().eofs == 1);
  CHECK(test.owner.events.empty());
  loop.advance(2ms);
  CHECK(test.owner.events == Events{"error upgrade_http_status"});
}

WSKIT_LOOP_TEST("a client that leaves before its request is an error of the upgrade") {
  ServerUnderTest test(loop);
  test.peer().write("GET / HTTP/1.1\r\n");
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"error upgrade_closed"});
}
