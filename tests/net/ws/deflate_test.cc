// SPDX-License-Identifier: MIT
// permessage-deflate on connections (RFC 7692), in both roles and against zlib as the peer.
#include "tests/net/ws/compressing_peer.h"
#include "tests/net/ws/conformance.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
using wskit::net::Loop;
using wskit::wire::DeflateOffer;
using wskit::wire::DeflatePolicy;
using wskit::ws::MessageType;

namespace {

/// Repeats itself, but not from one byte to the next.
std::string sentence(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    text += "message number " + std::to_string(i * i % 1009) + ", ";
  }
  text.resize(size);
  return text;
}

std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 7;
  for (char& c : bytes) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return bytes;
}

ConnectionPairSetup compressing(const DeflateOffer& offer = {}, const DeflatePolicy& policy = {}) {
  ConnectionPairSetup setup;
  setup.client.upgrade.deflate = {offer};
  setup.server.upgrade.deflate = policy;
  setup.client.options.connection.high_watermark = 8 << 20;
  setup.server.connection.high_watermark = 8 << 20;
  return setup;
}

constexpr std::string_view kDeflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

/// A client that offered compression, and a server's answer that takes it.
struct CompressedClient {
  explicit CompressedClient(Loop& loop, const wskit::ws::ConnectionOptions& options = {},
                            std::string_view answer = kDeflate)
      : test(loop, {.options = {.connection = options}, .upgrade = {.deflate = {DeflateOffer{}}}}) {
    test.open(answer);
  }
  ClientUnderTest test;
};

}  // namespace

WSKIT_LOOP_TEST("compressed messages of all sizes come back as they were") {
  ConnectionPair pair(loop, compressing());
  pair.open();
  REQUIRE(pair.client.opened->deflate);
  CHECK(pair.client.opened->deflate == pair.server.opened->deflate);
  pair.server.echo = true;
  Events expected{"open"};
  for (const std::size_t size : {0UL, 1UL, 20UL, 125UL, 126UL, 65535UL, 65536UL, 1000000UL}) {
    pair.client.send(sentence(size));
    expected.push_back("text " + sentence(size));
    pair.client.send(noise(size), MessageType::binary);
    expected.push_back("binary " + noise(size));
  }
  run_until(loop, [&] { return pair.client.events.size() == expected.size(); });
  CHECK((pair.client.events == expected));
  CHECK((pair.server.events == expected));
}

TEST_CASE("what was agreed on is obeyed both ways") {
  const bool client_takeover = GENERATE(true, false);
  const bool server_takeover = GENERATE(true, false);
  const int client_bits = GENERATE(8, 9, 15);
  const int server_bits = GENERATE(8, 9, 15);
  SimLoop loop(static_cast<std::uint64_t>(client_bits * 100 + server_bits));
  loop.network.short_read = 0.5;
  ConnectionPair pair(loop, compressing({.server_no_context_takeover = !server_takeover,
                                         .client_no_context_takeover = !client_takeover,
                                         .server_max_window_bits = server_bits,
                                         .client_max_window_bits = client_bits}));
  pair.open();
  REQUIRE(pair.client.opened->deflate);
  CHECK(pair.client.opened->deflate->server_max_window_bits == server_bits);
  CHECK(pair.client.opened->deflate->client_no_context_takeover == !client_takeover);
  pair.server.echo = true;
  Events expected{"open"};
  for (int i = 0; i < 5; ++i) {
    pair.client.send(sentence(3000));
    expected.push_back("text " + sentence(3000));
  }
  loop.advance(1s);
  CHECK(pair.client.events == expected);
  CHECK(pair.server.events == expected);
  // With the context kept, repeating a message is all but free.
  const bool all_of_it = client_bits == 15;
  const std::size_t once = pair.ws_client.traffic().sent / 5;
  pair.client.send(sentence(3000));
  const std::size_t before = pair.ws_client.traffic().sent;
  loop.advance(1s);
  const std::size_t again = pair.ws_client.traffic().sent - before;
  CHECK((again < 100) == (client_takeover && all_of_it));
  CHECK(once > 100);
}

WSKIT_LOOP_TEST("without an agreement nothing is compressed") {
  ConnectionPairSetup setup = compressing();
  setup.server.upgrade.deflate.reset();
  ConnectionPair pair(loop, setup);
  pair.open();
  CHECK_FALSE(pair.client.opened->deflate);
  pair.client.send(sentence(100));
  run_until(loop, [&] { return pair.server.events.size() == 2; });
  CHECK(pair.server.events.back() == "text " + sentence(100));
  CHECK(pair.ws_client.traffic().sent == 106);
}

TEST_CASE("compressed messages are frames with the first reserved bit") {
  SimLoop loop;
  CompressedClient setup(loop);
  ClientUnderTest& test = setup.test;
  CompressingPeer zlib;
  test.owner.send(sentence(1000));
  test.owner.send("");
  test.owner.send(noise(1000), MessageType::binary);
  test.owner.connection->ping();
  REQUIRE(test.owner.connection->close());
  loop.advance(1ms);
  const auto frames = test.frames();
  REQUIRE(frames.size() == 5);
  CHECK(frames[0].rsv == 4);
  CHECK(frames[0].payload.size() < 500);
  CHECK(zlib.inflate(frames[0].payload) == sentence(1000));
  CHECK(frames[1].rsv == 4);
  CHECK(zlib.inflate(frames[1].payload).empty());
  CHECK(frames[2].opcode == 2);
  CHECK(zlib.inflate(frames[2].payload) == noise(1000));
  CHECK(frames[3].rsv == 0);
  CHECK(frames[4].rsv == 0);
}

TEST_CASE("a peer may compress one message and not the next") {
  SimLoop loop;
  CompressedClient setup(loop);
  ClientUnderTest& test = setup.test;
  CompressingPeer zlib;
  test.peer().write(frame(0xC1, zlib.compress("one")) + frame(0x81, "two") +
                    frame(0xC2, zlib.compress("three")) + frame(0x01, "fo") + frame(0x80, "ur"));
  loop.advance(1ms);
  CHECK(test.owner.events == Events{"open", "text one", "text two", "binary three", "text four"});
}

TEMPLATE_TEST_CASE("a compressed message may be cut into frames and pieces anywhere", "",
                   ClientUnderTest, ServerUnderTest) {
  CompressingPeer zlib;
  const std::string compressed = zlib.compress("cut me if you can, cut me if you can");
  for (std::size_t cut = 0; cut <= compressed.size(); ++cut) {
    SimLoop loop;
    ConformanceCase one{"compressed fragments",
                        {{0x41, compressed.substr(0, cut)},
                         {0x89, "between"},
                         {0x00},
                         {0x80, compressed.substr(cut)},
                         {0x81, "next"}},
                        {"ping between", "text cut me if you can, cut me if you can", "text next"}};
    run<TestType>(one, kDeflate);
  }
}

TEMPLATE_TEST_CASE("the first reserved bit belongs to the first frame of a message alone", "",
                   ClientUnderTest, ServerUnderTest) {
  CompressingPeer zlib;
  const std::string compressed = zlib.compress("text");
  run<TestType>({"on a continuation",
                 {{0x41, compressed.substr(0, 2)}, {0xC0, compressed.substr(2)}},
                 {},
                 1002},
                kDeflate);
  run<TestType>({"on a ping", {{0xC9, "x"}}, {}, 1002}, kDeflate);
  run<TestType>({"another bit", {{0xA1, "x"}}, {}, 1002}, kDeflate);
}

TEMPLATE_TEST_CASE("what is not deflate is a protocol error", "", ClientUnderTest,
                   ServerUnderTest) {
  run<TestType>({"a reserved block type", {{0xC1, "\x07garbage"}}, {}, 1002}, kDeflate);
  CompressingPeer zlib;
  const std::string compressed = zlib.compress(sentence(100));
  run<TestType>({"cut short", {{0xC1, compressed.substr(0, 20)}}, {}, 1002}, kDeflate);
}

TEMPLATE_TEST_CASE("compressed text is UTF-8", "", ClientUnderTest, ServerUnderTest) {
  CompressingPeer zlib;
  run<TestType>({"bad", {{0xC1, zlib.compress("ab\xFF")}}, {}, 1007}, kDeflate);
  CompressingPeer other;
  run<TestType>({"cut", {{0xC1, other.compress("ab\xE2\x82")}}, {}, 1007}, kDeflate);
  CompressingPeer third;
  run<TestType>({"binary", {{0xC2, third.compress("ab\xFF")}}, {"binary ab\xFF"}}, kDeflate);
}

TEST_CASE("a bad byte in compressed text is refused before the message is complete") {
  SimLoop loop;
  CompressedClient setup(loop);
  ClientUnderTest& test = setup.test;
  CompressingPeer zlib;
  test.peer().write(frame(0x41, zlib.compress_piece("good \xE2\x82")));
  loop.advance(1ms);
  CHECK(test.frames().empty());
  test.peer().write(frame(0x00, zlib.compress_piece("\xFF")));
  loop.advance(1ms);
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1007);
}

TEST_CASE("the limit of a message holds for what it inflates to") {
  SimLoop loop;
  const std::string zeros(1'000'000, '\0');
  CompressedClient setup(loop, {.max_message_bytes = 1'000'000});
  ClientUnderTest& test = setup.test;
  CompressingPeer zlib;
  test.peer().write(frame(0xC2, zlib.compress(zeros)));
  loop.advance(1ms);
  CHECK((test.owner.events.back() == "binary " + zeros));
  test.peer().write(frame(0xC2, zlib.compress(zeros + "x")));
  loop.advance(1ms);
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1009);
  test.peer().stream->finish();
  test.await_end();
  CHECK(test.owner.error.code == ErrorCode::too_big);
  CHECK(test.owner.error.message == "the message inflates to more than 1000000 bytes");
}

TEST_CASE("a message of the limit passes that compression makes longer") {
  SimLoop loop;
  CompressedClient setup(loop, {.max_message_bytes = 100});
  ClientUnderTest& test = setup.test;
  CompressingPeer zlib;
  const std::string compressed = zlib.compress(noise(100));
  REQUIRE(compressed.size() > 100);
  test.peer().write(frame(0xC2, compressed));
  loop.advance(1ms);
  CHECK(test.owner.events == Events{"open", "binary " + noise(100)});
  // One that is not compressed has no such allowance.
  test.peer().write(frame(0x82, noise(101)));
  loop.advance(1ms);
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1009);
}

TEST_CASE("a message that inflates too much for its size is refused when asked for") {
  SimLoop loop;
  CompressedClient setup(loop, {.max_inflate_ratio = 100});
  ClientUnderTest& test = setup.test;
  CompressingPeer zlib;
  test.peer().write(frame(0xC2, zlib.compress(std::string(10'000'000, '\0'))));
  loop.advance(1ms);
  REQUIRE(test.frames().size() == 1);
  CHECK(test.frames()[0].close_code() == 1009);
  CHECK(test.owner.events == Events{"open"});
}

namespace {

/// Pauses at every piece and counts what it got.
struct PausingReader final : wskit::ws::FrameHandler {
  void on_open(const wskit::ws::Opened&) override {}
  void on_data(const wskit::wire::FrameEvent& event, wskit::Instant) override {
    ++pieces;
    bytes += event.payload.size();
    begins += event.message_begin ? 1 : 0;
    ends += event.message_end ? 1 : 0;
    CHECK(event.compressed);
    connection->pause();
  }
  void on_close(const wskit::ws::Closed&) override { closed = true; }
  void on_error(const wskit::ws::Failure&) override {}
  std::unique_ptr<wskit::ws::Connection> connection;
  int pieces = 0;
  int begins = 0;
  int ends = 0;
  std::size_t bytes = 0;
  bool closed = false;
};

}  // namespace

TEST_CASE("a pause holds a message in the middle of being inflated") {
  SimLoop loop;
  ClientUnderTest test(loop, {.upgrade = {.deflate = {DeflateOffer{}}}});
  PausingReader reader;
  reader.connection = test.client.connect(reader);
  loop.advance(1ms);
  End& peer = *test.server.ends[1];
  CompressingPeer zlib;
  peer.write(accepting_answer(peer.received, kDeflate) +
             frame(0xC2, zlib.compress(std::string(1'000'000, 'x'))) +
             frame(0xC2, zlib.compress("y")) + frame(0x88, close_payload(1000)));
  peer.stream->finish();
  loop.advance(1ms);
  int turns = 0;
  for (; !reader.closed && turns < 100; ++turns) {
    const int before = reader.pieces;
    reader.connection->resume();
    loop.advance(1ms);
    CHECK(reader.pieces <= before + 1);
  }
  CHECK(turns > 10);
  CHECK(reader.bytes == 1'000'001);
  CHECK(reader.begins == 2);
  CHECK(reader.ends == 2);
  CHECK(reader.closed);
}

WSKIT_LOOP_TEST("a connection may be destroyed while it inflates") {
  ClientUnderTest test(loop, {.upgrade = {.deflate = {DeflateOffer{}}}});
  test.open(kDeflate);
  test.owner.then = [&](std::string_view) { test.owner.connection.reset(); };
  CompressingPeer zlib;
  test.peer().write(frame(0xC1, zlib.compress("one")) + frame(0xC1, zlib.compress("two")));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  run_for(loop, 2ms);
  CHECK(test.owner.events == Events{"open", "text one"});
}
