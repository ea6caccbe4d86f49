// SPDX-License-Identifier: MIT
#include <algorithm>
#include <ranges>

#include "core/bytes.h"
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::net::Loop;
using wskit::ws::MessageType;
using wskit::ws::SendResult;

namespace {

constexpr std::size_t kSizes[] = {0,     1,     2,      124,    125,    126,     127,
                                  65535, 65536, 131071, 131072, 131073, 1000000, 5000000};

std::string bytes_of(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return text;
}

std::string event_of(MessageType type, const std::string& payload) {
  return (type == MessageType::text ? "text " : "binary ") + payload;
}

}  // namespace

WSKIT_LOOP_TEST("messages of all sizes come back as they were") {
  ConnectionPairSetup setup;
  setup.client.options.connection.high_watermark = 8 << 20;
  setup.server.connection.high_watermark = 8 << 20;
  ConnectionPair pair(loop, setup);
  pair.open();
  pair.server.echo = true;
  std::size_t echoed = 1;
  for (const std::size_t size : kSizes) {
    for (const MessageType type : {MessageType::text, MessageType::binary}) {
      const std::string payload =
          type == MessageType::text ? std::string(size, 'x') : bytes_of(size);
      pair.client.send(payload, type);
      ++echoed;
      run_until(loop, [&] { return pair.client.events.size() == echoed; });
      CHECK((pair.client.events.back() == event_of(type, payload)));
    }
  }
  CHECK(pair.server.events.size() == echoed);
}

WSKIT_LOOP_TEST("many messages in one turn leave with one offer and come in order") {
  ConnectionPair pair(loop);
  pair.open();
  pair.server.echo = true;
  for (int i = 0; i < 1000; ++i) {
    pair.client.send(std::to_string(i));
  }
  run_until(loop, [&] { return pair.client.events.size() == 1001; });
  for (int i = 0; i < 1000; ++i) {
    CHECK(pair.client.events[static_cast<std::size_t>(i) + 1] == "text " + std::to_string(i));
  }
  CHECK(pair.client.offers == 1);
}

TEST_CASE("messages come through a network that cuts and holds up what it can") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SimLoop loop(seed);
    ConnectionPair pair(loop);
    pair.open();
    loop.network = {.to_listener = 1ms,
                    .to_connector = 2ms,
                    .socket_buffer = 3000,
                    .short_write = 0.7,
                    .short_read = 0.7,
                    .reorder = true};
    pair.server.echo = true;
    Events expected{"open"};
    for (const std::size_t size : {0UL, 5UL, 125UL, 126UL, 4000UL, 65535UL, 65536UL, 100000UL}) {
      pair.client.send(bytes_of(size), MessageType::binary);
      pair.client.connection->ping(wskit::as_bytes(std::to_string(size)));
      expected.push_back(event_of(MessageType::binary, bytes_of(size)));
      expected.push_back("pong " + std::to_string(size));
    }
    run_until(loop, [&] { return pair.client.events.size() == expected.size(); });
    CHECK((pair.client.events == expected));
  }
}

TEST_CASE("a network that breaks ends both connections once and loses nothing before it") {
  int broken = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimLoop loop(seed);
    ConnectionPair pair(loop);
    pair.open();
    loop.network.short_write = 0.5;
    loop.network.reset = 0.02;
    pair.server.echo = true;
    Events expected{"open"};
    for (char c = 'a'; c <= 't' && !pair.client.ended(); ++c) {
      expected.push_back("text " + std::string(1000, c));
      pair.client.send(std::string(1000, c));
      loop.advance(1ms);
    }
    if (pair.client.ended()) {
      ++broken;
      loop.advance(1s);
      for (Owner* const owner : {&pair.client, &pair.server}) {
        CHECK(owner->events.back() == "error reset");
        owner->events.pop_back();
        CHECK(std::ranges::equal(owner->events, expected | std::views::take(owner->events.size())));
      }
    }
  }
  CHECK(broken > 10);
  CHECK(broken < 50);
}

WSKIT_LOOP_TEST("every frame of a client has another mask, and none of a server has one") {
  ClientUnderTest client(loop);
  client.open();
  client.owner.send(std::string(8, '\0'), MessageType::binary);
  client.owner.send(std::string(8, '\0'), MessageType::binary);
  client.await_frames(2);
  const std::string& raw = client.peer().received;
  const std::string second = raw.substr(raw.size() - 14);
  const std::string first = raw.substr(raw.size() - 28, 14);
  CHECK(first.substr(0, 2) == "\x82\x88");
  CHECK(second.substr(0, 2) == "\x82\x88");
  // Zeros, masked, are the mask itself.
  CHECK(first.substr(2, 4) + first.substr(2, 4) == first.substr(6));
  CHECK(first.substr(2, 4) != second.substr(2, 4));
  CHECK(first.substr(2, 4) != std::string(4, '\0'));
}

WSKIT_LOOP_TEST("a message in fragments is one message, with control frames between them") {
  ServerUnderTest test(loop);
  test.open();
  test.peer().write(masked_frame(0x01, "one ") + masked_frame(0x89, "p1") +
                    masked_frame(0x00, "two ") + masked_frame(0x8A, "p2") + masked_frame(0x00, "") +
                    masked_frame(0x80, "three") + masked_frame(0x82, "next"));
  run_until(loop, [&] { return test.owner.events.size() == 5; });
  CHECK(test.owner.events ==
        Events{"open", "ping p1", "pong p2", "text one two three", "binary next"});
  test.await_frames(1);
  CHECK(test.frames()[0].opcode == 10);
  CHECK(test.frames()[0].payload == "p1");
}

WSKIT_LOOP_TEST("a ping is answered with its payload before the owner is told") {
  ClientUnderTest test(loop);
  test.open();
  test.owner.then = [&](std::string_view event) {
    if (event == "ping one") {
      test.owner.send("after the pong");
    }
  };
  test.peer().write(frame(0x89, "one") + frame(0x89) + frame(0x89, std::string(125, 'x')));
  test.await_frames(4);
  const auto frames = test.frames();
  CHECK(frames[0].opcode == 10);
  CHECK(frames[0].payload == "one");
  CHECK(frames[0].masked);
  CHECK(frames[1].payload == "after the pong");
  CHECK(frames[2].opcode == 10);
  CHECK(frames[2].payload.empty());
  CHECK(frames[3].payload == std::string(125, 'x'));
  CHECK(test.owner.events == Events{"open", "ping one", "ping ", "ping " + std::string(125, 'x')});
}

WSKIT_LOOP_TEST("a pong is told, asked for or not") {
  ClientUnderTest test(loop);
  test.open();
  test.peer().write(frame(0x8A, "unasked"));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  CHECK(test.owner.connection->ping(wskit::as_bytes("asked")) == SendResult::queued);
  test.await_frames(1);
  CHECK(test.frames()[0].opcode == 9);
  test.peer().write(frame(0x8A, test.frames()[0].payload));
  run_until(loop, [&] { return test.owner.events.size() == 3; });
  CHECK(test.owner.events == Events{"open", "pong unasked", "pong asked"});
}

TEST_CASE("a message has the times of its first and of its last byte") {
  struct Timed final : wskit::ws::Handler {
    void on_open(const wskit::ws::Opened&) override {}
    void on_message(MessageType, std::span<const std::byte>, wskit::ws::Received at) override {
      received = at;
    }
    void on_close(const wskit::ws::Closed&) override {}
    void on_error(const wskit::ws::Failure&) override {}
    wskit::ws::Received received;
  };
  SimLoop loop;
  ClientUnderTest test(loop);
  Timed timed;
  auto connection = test.client.connect(timed);
  loop.advance(1ms);
  End& peer = *test.server.ends[1];
  peer.write(accepting_answer(peer.received));
  loop.advance(1ms);
  const std::string bytes = frame(0x01, "first") + frame(0x80, "last");
  peer.write(bytes.substr(0, 4));
  const auto first = loop.now();
  loop.advance(30ms);
  peer.write(bytes.substr(4));
  const auto last = loop.now();
  loop.advance(30ms);
  CHECK(timed.received.first == first);
  CHECK(timed.received.last == last);
}
