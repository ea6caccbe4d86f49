// SPDX-License-Identifier: MIT
// Small messages in a row: taken and sent together, and yet each as if it were alone.
#include <array>

#include "core/bytes.h"
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::as_bytes;
using wskit::net::Loop;
using wskit::ws::MessageType;

namespace {

constexpr int kAll = 1000;

/// Sends up to `count` messages of `text` with a digit behind.
std::size_t send_row(Owner& owner, const std::string& text, std::size_t count) {
  std::string message = text + '0';
  const auto next = [&, digit = '0']() mutable {
    message.back() = digit++;
    return as_bytes(message).data();
  };
  return owner.connection->send_row(MessageType::binary, message.size(), count, next);
}

}  // namespace

WSKIT_LOOP_TEST("small messages may be taken one after the other, what is between them is told") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.takes_small = kAll;
  test.peer().write(frame(0x81, "one") + frame(0x82, "two") + frame(0x89, "ping") +
                    frame(0x82, "three") + frame(0x01, "pie") + frame(0x80, "ces") +
                    frame(0x81, "\xC3\xA9") + frame(0x82, std::string(126, 'x')) +
                    frame(0x81, "four"));
  run_until(loop, [&] { return test.owner.count("small four") == 1; });
  CHECK(test.owner.events == Events{"open", "small one", "small two", "ping ping", "small three",
                                    "text pieces", "text \xC3\xA9",
                                    "binary " + std::string(126, 'x'), "small four"});
}

WSKIT_LOOP_TEST("what an owner does not take of the small messages it is told in order") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.takes_small = 2;
  test.peer().write(frame(0x81, "one") + frame(0x82, "two") + frame(0x82, "three") +
                    frame(0x81, "four"));
  run_until(loop, [&] { return test.owner.count("text four") == 1; });
  CHECK(test.owner.events == Events{"open", "small one", "small two", "binary three", "text four"});
}

WSKIT_LOOP_TEST("small messages end when the connection is paused, closed or destroyed") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.takes_small = kAll;
  const std::string deed = GENERATE("pause", "close and pause", "destroy");
  test.owner.then = [&](std::string_view event) {
    if (event != "small one") {
      return;
    }
    if (deed == "destroy") {
      test.owner.connection.reset();
      return;
    }
    if (deed == "close and pause") {
      REQUIRE(test.owner.connection->close());
    }
    test.owner.connection->pause();
  };
  test.peer().write(frame(0x81, "one") + frame(0x81, "two") + frame(0x81, "three"));
  run_until(loop, [&] { return test.owner.count("small one") == 1; });
  run_for(loop, 5ms);
  CHECK(test.owner.events == Events{"open", "small one"});
  if (deed != "destroy") {
    test.owner.connection->resume();
    run_until(loop, [&] { return test.owner.events.size() == 4; });
    CHECK(test.owner.events == Events{"open", "small one", "small two", "small three"});
  }
}

WSKIT_LOOP_TEST("a violation between small messages is found as ever") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.takes_small = kAll;
  test.peer().write(frame(0x82, "one") + frame(0xC2, "rsv1") + frame(0x82, "two"));
  test.await_frames(1);
  CHECK(test.frames()[0].close_code() == 1002);
  CHECK(test.owner.events == Events{"open", "small one"});
  CHECK(test.owner.read_ends == 0);
}

TEST_CASE("the end of a receive is told once, after all that it brought") {
  SimLoop loop;
  ClientUnderTest test(loop);
  test.open();
  const int before = test.owner.read_ends;
  std::vector<int> at_message;
  test.owner.then = [&](std::string_view) { at_message.push_back(test.owner.read_ends - before); };
  test.owner.takes_small = GENERATE(0, 1, kAll);
  test.peer().write(frame(0x81, "one") + frame(0x89, "two") + frame(0x81, "three"));
  loop.advance(1ms);
  CHECK(at_message == std::vector{0, 0, 0});
  CHECK(test.owner.read_ends == before + 1);
  // A part of a frame is a receive too.
  test.peer().write(frame(0x81, "four").substr(0, 3));
  loop.advance(1ms);
  CHECK(test.owner.read_ends == before + 2);
  test.peer().write(frame(0x81, "four").substr(3));
  loop.advance(1ms);
  CHECK(at_message == std::vector{0, 0, 0, 2});
  CHECK(test.owner.read_ends == before + 3);
}

TEST_CASE("the end of a receive is not told when the owner paused or closed in it") {
  SimLoop loop;
  ClientUnderTest test(loop);
  test.open();
  const int before = test.owner.read_ends;
  test.owner.takes_small = GENERATE(0, kAll);
  SECTION("paused: it is told when what was held has been") {
    test.owner.then = [&](std::string_view) { test.owner.connection->pause(); };
    test.peer().write(frame(0x81, "one"));
    loop.advance(1ms);
    CHECK(test.owner.events.size() == 2);
    CHECK(test.owner.read_ends == before);
    test.owner.connection->resume();
    loop.advance(1ms);
    CHECK(test.owner.read_ends == before + 1);
  }
  SECTION("the peer's Close") {
    test.peer().write(frame(0x81, "one") + frame(0x88, close_payload(1000)));
    loop.advance(1ms);
    CHECK(test.owner.events.size() == 2);
    CHECK(test.owner.read_ends == before);
  }
  SECTION("destroyed") {
    test.owner.then = [&](std::string_view) { test.owner.connection.reset(); };
    test.peer().write(frame(0x81, "one"));
    loop.advance(1ms);
    CHECK(test.owner.events.size() == 2);
    CHECK(test.owner.read_ends == before);
  }
}

WSKIT_LOOP_TEST("a row of messages goes out as so many frames") {
  ClientUnderTest test(loop);
  test.open();
  CHECK(send_row(test.owner, "message ", 3) == 3);
  CHECK(test.owner.connection->unsent() == 3 * (6 + 9));
  test.owner.send("behind");
  test.await_frames(4);
  const auto frames = test.frames();
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(frames[i].opcode == 2);
    CHECK(frames[i].masked);
    CHECK(frames[i].payload == "message " + std::to_string(i));
  }
  CHECK(frames[3].payload == "behind");
}

TEST_CASE("a row ends where the queue would be long") {
  SimLoop loop;
  // A frame has 6 + 100 bytes.
  const auto options =
      GENERATE(wskit::ws::ConnectionOptions{.high_watermark = 400, .max_unsent_bytes = 100'000},
               wskit::ws::ConnectionOptions{.high_watermark = 100'000, .max_unsent_bytes = 400});
  ClientUnderTest test(loop, {.options = {.connection = options}});
  test.open();
  const std::string text(99, 'x');
  CHECK(send_row(test.owner, text, 10) == 3);
  CHECK(send_row(test.owner, text, 10) == 0);
  CHECK(test.owner.connection->unsent() == 3 * 106);
  loop.advance(1ms);
  CHECK(test.owner.events == Events{"open"});
  CHECK(test.frames().size() == 3);
  CHECK(send_row(test.owner, text, 2) == 2);
}

TEST_CASE("a row of what is not small, not open, not a client's or compressed is left to send") {
  SimLoop loop;
  SECTION("not small") {
    ClientUnderTest test(loop);
    test.open();
    CHECK(send_row(test.owner, std::string(124, 'x'), 2) == 2);
    CHECK(send_row(test.owner, std::string(125, 'x'), 2) == 0);
  }
  SECTION("not open") {
    ClientUnderTest test(loop);
    CHECK(send_row(test.owner, "early", 2) == 0);
    test.open();
    REQUIRE(test.owner.connection->close());
    CHECK(send_row(test.owner, "late", 2) == 0);
  }
  SECTION("a server's") {
    ServerUnderTest test(loop);
    test.open();
    CHECK(send_row(test.owner, "message", 2) == 0);
  }
  SECTION("compressed") {
    ClientUnderTest test(loop, ClientUnderTest::compressing());
    test.open("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    CHECK(send_row(test.owner, "message", 2) == 0);
  }
}
