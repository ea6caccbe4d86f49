// SPDX-License-Identifier: MIT
// How a connection ends whose peer broke a rule or a limit.
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
using wskit::net::Loop;
using wskit::ws::SendResult;

namespace {

constexpr std::string_view kBadFrame = "\xF1\x01x";

}  // namespace

WSKIT_LOOP_TEST("a peer that breaks a rule is told so although it goes on sending") {
  ClientUnderTest test(loop);
  test.open();
  test.peer().write(std::string(kBadFrame) + std::string(3'000'000, 'x'));
  run_until(loop, [&] { return test.peer().eofs == 1; });
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1002);
  CHECK(test.frames()[0].payload.size() <= 125);
  CHECK_FALSE(test.owner.connection->is_open());
  CHECK(test.owner.connection->send(wskit::ws::MessageType::text, {}) == SendResult::dropped);
  CHECK(test.owner.events == Events{"open"});
  test.peer().stream.reset();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "error protocol_error"});
  CHECK(test.owner.error.message.starts_with("a reserved bit is set"));
}

WSKIT_LOOP_TEST("a violation stays the reason when the peer then resets") {
  ServerUnderTest test(loop);
  test.open();
  test.peer().write(kBadFrame);
  run_until(loop, [&] { return test.peer().eofs == 1; });
  test.peer().stream->reset_on_close();
  test.peer().stream.reset();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "error protocol_error"});
}

WSKIT_LOOP_TEST("an invalid frame after our own Close is an error without a second one") {
  ClientUnderTest test(loop);
  test.open();
  REQUIRE(test.owner.connection->close());
  test.await_frames(1);
  test.peer().write(kBadFrame);
  run_until(loop, [&] { return test.peer().eofs == 1; });
  CHECK(test.frames().size() == 1);
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.events == Events{"open", "error protocol_error"});
}

TEST_CASE("a peer that breaks a rule and stays is left at the deadline") {
  SimLoop loop;
  ClientUnderTest test(loop, {.options = {.connection = {.close_timeout = 2s}}});
  test.open();
  test.peer().write(kBadFrame);
  loop.advance(1999ms);
  CHECK(test.owner.events == Events{"open"});
  loop.advance(2ms);
  CHECK(test.owner.events == Events{"open", "error protocol_error"});
  CHECK(loop.streams() == 1);
}

TEST_CASE("a peer that breaks a rule and does not read is left at the deadline") {
  SimLoop loop;
  loop.network.socket_buffer = 1000;
  ClientUnderTest test(loop, {.options = {.connection = {.close_timeout = 2s}}});
  test.open();
  test.peer().stream->pause();
  test.owner.send(std::string(5000, 'x'));
  test.peer().write(kBadFrame);
  loop.advance(2001ms);
  CHECK(test.owner.events == Events{"open", "error protocol_error"});
}

WSKIT_LOOP_TEST("a frame above the limit is refused by its header") {
  ClientUnderTest test(loop, {.options = {.connection = {.max_frame_bytes = 1000}}});
  test.open();
  test.peer().write(frame(0x82, std::string(1000, 'x')));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  test.peer().write(frame(0x82, std::string(1001, 'x')).substr(0, 4));
  run_until(loop, [&] { return test.peer().eofs == 1; });
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1009);
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.error.code == ErrorCode::too_big);
}

WSKIT_LOOP_TEST("the fragments of a message count together for its limit") {
  ClientUnderTest test(loop, {.options = {.connection = {.max_message_bytes = 1000}}});
  test.open();
  test.peer().write(frame(0x02, std::string(600, 'x')) + frame(0x80, std::string(400, 'x')));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  test.peer().write(frame(0x02, std::string(600, 'x')) + frame(0x00, std::string(400, 'x')) +
                    frame(0x80, "x"));
  run_until(loop, [&] { return test.peer().eofs == 1; });
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1009);
  CHECK(test.owner.events.size() == 2);
}
