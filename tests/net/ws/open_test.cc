// SPDX-License-Identifier: MIT
#include "ws/client.h"

#include "net/resolver.h"
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
using wskit::net::Loop;

namespace {

/// Answers the request and waits for the failure.
wskit::Error refuse_with(ClientUnderTest& test, std::string_view answer) {
  test.await_request();
  test.peer().write(answer);
  test.await_end();
  REQUIRE(test.owner.events.size() == 1);
  return test.owner.error;
}

}  // namespace

WSKIT_LOOP_TEST("a client asks, is accepted and is then open") {
  ClientUnderTest test(loop);
  CHECK_FALSE(test.owner.connection->is_open());
  test.open("X-Y: z\r\n");
  CHECK(test.owner.connection->is_open());
  CHECK(test.request().starts_with("GET /path?query HTTP/1.1\r\n"));
  const auto& opened = *test.owner.opened;
  CHECK(opened.response.status == 101);
  CHECK(opened.response.headers.get("x-y") == "z");
  CHECK(opened.peer == test.server.address());
  CHECK_FALSE(opened.deflate);
  CHECK_FALSE(opened.tls);
  CHECK(opened.times.started <= opened.times.connected);
  CHECK(opened.times.connected <= opened.upgraded);
}

TEST_CASE("the steps of opening are timed exactly") {
  SimLoop loop;
  loop.network = {.to_listener = 3ms, .to_connector = 4ms};
  const auto start = loop.now();
  ClientUnderTest test(loop);
  loop.advance(14ms);
  test.peer().write(accepting_answer(test.request()));
  loop.advance(10ms);
  REQUIRE(test.owner.opened);
  CHECK(test.owner.opened->times.started - start == 0ms);
  CHECK(test.owner.opened->times.connected - start == 7ms);
  CHECK(test.owner.opened->upgraded - start == 18ms);
}

WSKIT_LOOP_TEST("frames that came in one piece with the answer are read") {
  ClientUnderTest test(loop);
  test.await_request();
  test.peer().write(accepting_answer(test.request()) + frame(0x81, "early") + frame(0x82, "bird"));
  run_until(loop, [&] { return test.owner.events.size() == 3; });
  CHECK(test.owner.events == Events{"open", "text early", "binary bird"});
}

TEST_CASE("a client reads an answer that is cut anywhere") {
  for (std::size_t cut = 1;; ++cut) {
    SimLoop loop;
    ClientUnderTest test(loop);
    loop.advance(1ms);
    const std::string bytes = accepting_answer(test.request()) + frame(0x81, "hi");
    if (cut == bytes.size()) {
      break;
    }
    test.peer().write(bytes.substr(0, cut));
    loop.advance(1ms);
    test.peer().write(bytes.substr(cut));
    loop.advance(1ms);
    CHECK(test.owner.events == Events{"open", "text hi"});
  }
}

WSKIT_LOOP_TEST("a refusal is an error with the status and the body") {
  ClientUnderTest test(loop);
  const auto error = refuse_with(test,
                                 "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n"
                                 "Content-Length: 10\r\n\r\nwho\nare u?");
  CHECK(error.code == ErrorCode::upgrade_http_status);
  CHECK(test.owner.status == 401);
  CHECK(test.owner.body == "who\nare u?");
}

WSKIT_LOOP_TEST("of the body of a refusal 4 KiB are kept") {
  ClientUnderTest test(loop);
  refuse_with(
      test, "HTTP/1.1 403 Forbidden\r\nContent-Length: 100000\r\n\r\n" + std::string(100000, 'x'));
  CHECK(test.owner.status == 403);
  CHECK(test.owner.body == std::string(4096, 'x'));
}

WSKIT_LOOP_TEST("a refusal whose body ends with the connection is complete") {
  ClientUnderTest test(loop);
  test.await_request();
  test.peer().write("HTTP/1.1 503 Service Unavailable\r\n\r\nback soon");
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.status == 503);
  CHECK(test.owner.body == "back soon");
}

WSKIT_LOOP_TEST("a refusal counts although its body is cut short by a reset") {
  ClientUnderTest test(loop);
  test.await_request();
  test.peer().write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 10\r\n\r\nwho");
  run_for(loop, 2ms);
  test.peer().stream->reset_on_close();
  test.peer().stream.reset();
  test.await_end();
  CHECK(test.owner.events == Events{"error upgrade_http_status"});
  CHECK(test.owner.status == 401);
  CHECK(test.owner.body == "who");
}

WSKIT_LOOP_TEST("a refusal counts although its body never ends") {
  ClientSetup setup;
  setup.options.open_timeout = 200ms;
  ClientUnderTest test(loop, setup);
  refuse_with(test, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 10\r\n\r\nwho");
  CHECK(test.owner.events == Events{"error upgrade_http_status"});
  CHECK(test.owner.status == 401);
}

WSKIT_LOOP_TEST("an answer that does not belong to the request is refused") {
  ClientUnderTest test(loop);
  test.await_request();
  test.peer().write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  test.await_end();
  CHECK(test.owner.events == Events{"error upgrade_bad_accept"});
}

WSKIT_LOOP_TEST("a server that is none of HTTP is refused") {
  ClientUnderTest test(loop);
  CHECK(refuse_with(test, "220 mail.example ESMTP\r\n").code == ErrorCode::upgrade_not_http);
}

WSKIT_LOOP_TEST("a server that closes instead of answering is an error of the upgrade") {
  ClientUnderTest test(loop);
  test.await_request();
  test.peer().stream.reset();
  test.await_end();
  CHECK(test.owner.events == Events{"error upgrade_closed"});
}

WSKIT_LOOP_TEST("a server that resets instead of answering is an error of the upgrade") {
  ClientUnderTest test(loop);
  test.await_request();
  test.peer().stream->reset_on_close();
  test.peer().stream.reset();
  test.await_end();
  CHECK(test.owner.events == Events{"error upgrade_closed"});
}

TEST_CASE("a server that never answers is given up at the deadline") {
  SimLoop loop;
  ClientUnderTest test(loop, {.options = {.open_timeout = 7s}});
  const auto start = loop.now();
  loop.advance(1ms);
  test.peer().write("HTTP/1.1 101 Switch");
  loop.run_until(start + 7s - 1ns);
  CHECK(test.owner.events.empty());
  loop.run_until(start + 7s);
  CHECK(test.owner.events == Events{"error upgrade_timeout"});
  CHECK(test.owner.error.message == "no complete answer to the upgrade within 7 s");
}

WSKIT_LOOP_TEST("a refused connection fails without an upgrade") {
  auto resolver = wskit::net::Resolver::create();
  const auto dialer = wskit::net::Dialer::create(loop, *resolver, {}).value();
  const auto address = [&] { return Server(loop).address(); }();
  wskit::ws::Client client(*dialer, request_to(address));
  Owner owner;
  owner.connection = client.connect(owner);
  run_until(loop, [&] { return owner.ended(); });
  CHECK(owner.events == Events{"error tcp_refused"});
}

WSKIT_LOOP_TEST("destroying a connection while it dials cancels it") {
  ClientUnderTest test(loop);
  test.owner.connection.reset();
  run_for(loop, 5ms);
  CHECK(test.owner.events.empty());
}

WSKIT_LOOP_TEST("destroying a connection that waits for its answer ends it") {
  ClientUnderTest test(loop);
  test.await_request();
  test.owner.connection.reset();
  run_until(loop, [&] { return test.peer().eofs + test.peer().errors > 0; });
  CHECK(test.owner.events.empty());
}

TEST_CASE("a request and an answer may leave in pieces") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimLoop loop(seed);
    loop.network.short_write = 0.9;
    loop.network.short_read = 0.9;
    ConnectionPair pair(loop);
    pair.open();
    pair.client.send("from client");
    pair.server.send("from server");
    run_until(loop,
              [&] { return pair.client.events.size() == 2 && pair.server.events.size() == 2; });
    CHECK(pair.client.events.back() == "text from server");
    CHECK(pair.server.events.back() == "text from client");
    // The request and the answer are counted nowhere.
    run_until(loop, [&] { return pair.client.flushed == 17 && pair.server.flushed == 13; });
    CHECK(pair.ws_client.traffic().sent == 17);
    CHECK(pair.ws_server.traffic().sent == 13);
  }
}
