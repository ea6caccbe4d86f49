// SPDX-License-Identifier: MIT
// What bounds a connection's memory, both ways.
#include "core/bytes.h"
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::as_bytes;
using wskit::net::Loop;
using wskit::ws::MessageType;
using wskit::ws::SendResult;

namespace {

SendResult send(Owner& owner, std::string_view text) {
  return owner.connection->send(MessageType::binary, as_bytes(text));
}

/// A client whose queue holds 50 KB and is called long above 20 KB, on a network that takes 10 KB.
struct SmallQueue {
  SmallQueue() {
    loop.network.socket_buffer = 10'000;
    test.emplace(loop, ClientSetup{.options = {.connection = {.high_watermark = 20'000,
                                                              .max_unsent_bytes = 50'000}}});
    test->open();
    test->peer().stream->pause();
  }
  SimLoop loop;
  std::optional<ClientUnderTest> test;
};

std::string kilobytes(std::size_t count) {
  return std::string(count * 1000, 'x');
}

}  // namespace

TEST_CASE("send says when the queue is long and on_drain when it is short again") {
  SmallQueue setup;
  auto& [loop, test] = setup;
  Owner& owner = test->owner;
  CHECK(send(owner, kilobytes(15)) == SendResult::queued);
  CHECK(send(owner, kilobytes(10)) == SendResult::backpressure);
  CHECK(owner.connection->unsent() == 25'000 + 16);
  loop.advance(1ms);
  CHECK(owner.flushed == 10'000);
  CHECK(owner.connection->unsent() == 15'000 + 16);
  CHECK(owner.count("drain") == 0);
  CHECK(send(owner, kilobytes(1)) == SendResult::queued);
  test->peer().stream->resume();
  loop.advance(1ms);
  CHECK(owner.events == Events{"open", "drain"});
  CHECK(owner.connection->unsent() == 0);
  CHECK(owner.flushed == 26'000 + 24);
  CHECK(test->frames().size() == 3);
}

TEST_CASE("a message for which the queue has no room is dropped whole") {
  SmallQueue setup;
  auto& [loop, test] = setup;
  Owner& owner = test->owner;
  CHECK(send(owner, kilobytes(51)) == SendResult::dropped);
  CHECK(owner.connection->unsent() == 0);
  CHECK(send(owner, kilobytes(49)) == SendResult::backpressure);
  CHECK(send(owner, kilobytes(1)) == SendResult::dropped);
  CHECK(send(owner, std::string(992, 'x')) == SendResult::backpressure);
  // A header above the limit now: nothing more, neither an empty message.
  CHECK(owner.connection->unsent() == 50'000 + 8);
  CHECK(send(owner, "") == SendResult::dropped);
  CHECK(owner.connection->ping() == SendResult::dropped);
  test->peer().stream->resume();
  loop.advance(1ms);
  CHECK(owner.events == Events{"open", "drain"});
  CHECK(test->frames().size() == 2);
}

TEST_CASE("a Close is queued however full the queue is") {
  SmallQueue setup;
  auto& [loop, test] = setup;
  send(test->owner, kilobytes(50));
  CHECK(send(test->owner, "x") == SendResult::dropped);
  REQUIRE(test->owner.connection->close());
  test->peer().stream->resume();
  loop.advance(1ms);
  REQUIRE(test->frames().size() == 2);
  CHECK(test->frames()[1].opcode == 8);
  // No drain: nothing more can be sent.
  CHECK(test->owner.events == Events{"open"});
}

TEST_CASE("the answers to a flood of pings that reads nothing are bounded") {
  SimLoop loop;
  loop.network.socket_buffer = 10'000;
  ClientUnderTest test(loop);
  test.open();
  test.peer().stream->pause();
  std::size_t longest = 0;
  for (int i = 0; i < 10'000; ++i) {
    test.peer().write(frame(0x89, std::to_string(i) + std::string(100, ' ')));
    loop.advance(1us);
    longest = std::max(longest, test.owner.connection->unsent());
  }
  CHECK(test.owner.count("ping") == 10'000);
  CHECK(longest > 60'000);
  CHECK(longest < (64 << 10) + 131);
  test.peer().stream->resume();
  loop.advance(1ms);
  CHECK(test.owner.connection->unsent() == 0);
  // The latest ping has its answer, whatever became of those before it.
  const auto frames = test.frames();
  CHECK(frames.size() < 1000);
  CHECK(frames.back().opcode == 10);
  CHECK(frames.back().payload.starts_with("9999 "));
}

TEST_CASE("a pong that waits for room is not sent after a Close") {
  SimLoop loop;
  loop.network.socket_buffer = 10'000;
  ClientUnderTest test(loop);
  test.open();
  test.peer().stream->pause();
  send(test.owner, kilobytes(100));
  test.peer().write(frame(0x89, "held"));
  loop.advance(1ms);
  CHECK(test.owner.count("ping held") == 1);
  REQUIRE(test.owner.connection->close());
  test.peer().stream->resume();
  loop.advance(1ms);
  REQUIRE(test.frames().size() == 2);
  CHECK(test.frames()[1].opcode == 8);
}

WSKIT_LOOP_TEST("a slow reader holds up the sender and gets everything in the end") {
  ConnectionPair pair(loop);
  pair.open();
  pair.server.connection->pause();
  const std::string message(100'000, 'x');
  std::size_t sent = 0;
  const auto fill = [&] {
    while (sent < 300) {
      ++sent;
      if (send(pair.client, message) != SendResult::queued) {
        return;
      }
    }
  };
  pair.client.then = [&](std::string_view event) {
    if (event == "drain") {
      fill();
    }
  };
  fill();
  run_for(loop, 50ms);
  CHECK(sent < 300);
  CHECK(pair.client.connection->unsent() > 0);
  CHECK(pair.server.events == Events{"open"});
  pair.server.connection->resume();
  run_until(loop, [&] { return pair.server.events.size() == 301; });
  CHECK(sent == 300);
  CHECK((pair.server.events.back() == "binary " + message));
  CHECK(pair.client.flushed == std::size_t{300} * 100'014);
  CHECK(pair.client.connection->unsent() == 0);
}
