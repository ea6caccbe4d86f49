// SPDX-License-Identifier: MIT
// Floods of frames, legal and not, at a server process: what they may take of memory and of time.
// Resident memory: not under a sanitizer.
#include <algorithm>
#include <chrono>
#include <string>

#include "tests/net/serve/deflated_zeros.h"
#include "tests/net/serve/server_process.h"

using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

using FloodClock = std::chrono::steady_clock;

constexpr unsigned kFloodText = 0x81;
constexpr unsigned kFloodCompressed = 0xC2;
constexpr unsigned kFloodClose = 0x88;
constexpr unsigned kFloodPing = 0x89;
// Not the last of their message.
constexpr unsigned kFloodBegins = 0x01;
constexpr unsigned kFloodGoesOn = 0x00;
constexpr unsigned kFloodEnds = 0x80;

/// A binary frame's header that announces so much, with the mask key 0, and its first byte.
std::string begin_of(std::uint64_t size) {
  std::string frame{'\x82', '\xff'};
  for (int shift = 56; shift >= 0; shift -= 8) {
    frame.push_back(static_cast<char>(size >> shift));
  }
  return frame + std::string(5, '\0');
}

std::string flood_of(const std::string& frame, std::size_t times) {
  std::string all;
  all.reserve(frame.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    all += frame;
  }
  return all;
}

/// The best time of many in which the server ends a connection that such a frame comes on.
FloodClock::duration end_of_claim(ServerProcess& server, std::uint64_t size) {
  FloodClock::duration best = FloodClock::duration::max();
  for (int i = 0; i < 100; ++i) {
    RawClient client = server.subscriber("/t/room");
    const auto start = FloodClock::now();
    client.send(begin_of(size));
    // It lingers for a moment after its Close frame, for the peer to read it.
    if (size < 1ULL << 63U) {
      CHECK(client.read_close() == 1009);
    } else {
      REQUIRE(client.wait_for_end());
    }
    best = std::min(best, FloodClock::now() - start);
  }
  return best;
}

void check_claims(ServerProcess& server) {
  (void)server.subscriber("/t/room");
  const std::size_t before = server.memory_kib("VmRSS");
  CHECK(end_of_claim(server, 1ULL << 62U) < 100ms);
  CHECK(end_of_claim(server, (1ULL << 63U) + 5) < 100ms);
  CHECK(server.peak_kib() < before + kMiB);
}

void check_fragments(ServerProcess& server) {
  RawClient client = server.subscriber("/t/room");
  const std::string empty = flood_of(masked_frame(kFloodGoesOn, ""), 10'000);
  const std::string one_byte = flood_of(masked_frame(kFloodGoesOn, "x"), 10'000);
  REQUIRE(client.send(masked_frame(kFloodBegins, "")));
  const std::size_t before = server.memory_kib("VmRSS");
  for (int i = 0; i < 50; ++i) {
    REQUIRE(client.send(empty));
    REQUIRE(client.send(one_byte));
  }
  // Once its pong is there all of them have been read.
  REQUIRE(client.send_frame(kFloodPing, "read?"));
  REQUIRE(client.read_frame());
  CHECK(server.peak_kib() < before + 2 * kMiB);
  REQUIRE(client.send(masked_frame(kFloodEnds, "")));
  const auto message = client.read_frame();
  REQUIRE(message);
  CHECK((message->payload == std::string(500'000, 'x')));
}

void check_pings(ServerProcess& server) {
  RawClient client = server.subscriber("/t/room");
  client.set_small_receive_buffer();
  const std::string pings = flood_of(masked_frame(kFloodPing, std::string(125, 'x')), 1'000);
  const std::size_t before = server.memory_kib("VmRSS");
  // It reads on only when its answers are taken.
  for (int i = 0; i < 500 && client.send(pings, 2s); ++i) {
  }
  CHECK(server.peak_kib() < before + kMiB);
  (void)server.subscriber("/t/room");
}

}  // namespace

TEST_CASE("frames that claim 2 to the 62 and more end their connection at once") {
  EchoProcess echo({});
  check_claims(echo);
  PubSubProcess pubsub({});
  check_claims(pubsub);
}

TEST_CASE("a byte more than a message may have is 1009, in one frame and in 100 000 fragments") {
  constexpr std::size_t kMost = 100'000;
  const std::string most = std::to_string(kMost);
  for (const char* service : {"echo", "pubsub"}) {
    INFO(service);
    const ServerProcess server(service, {"--max-message", most});
    RawClient good = server.subscriber("/t/room");
    good.send_frame(kFloodText, std::string(kMost, 'x'));
    const auto message = good.read_frame();
    REQUIRE(message);
    CHECK(message->payload.size() == kMost);
    RawClient whole = server.subscriber("/t/other");
    whole.send_frame(kFloodText, std::string(kMost + 1, 'x'));
    CHECK(whole.read_close() == 1009);
    RawClient fragments = server.subscriber("/t/other");
    fragments.send(masked_frame(kFloodBegins, "x") +
                   flood_of(masked_frame(kFloodGoesOn, "x"), kMost));
    CHECK(fragments.read_close() == 1009);
  }
}

TEST_CASE("500 000 empty fragments and 500 000 of a byte take less than 2 MiB") {
  EchoProcess echo({});
  check_fragments(echo);
  PubSubProcess pubsub({});
  check_fragments(pubsub);
}

TEST_CASE("a flood of pings whose answers nobody reads takes less than a MiB") {
  EchoProcess echo({});
  check_pings(echo);
  PubSubProcess pubsub({});
  check_pings(pubsub);
}

TEST_CASE("a million tiny messages as fast as they can be sent are taken as they are published") {
  const PubSubProcess server({"--history", "1"});
  RawClient publisher = server.subscriber("/t/room?echo=0");
  const std::string messages = flood_of(masked_frame(kFloodText, "x"), 10'000);
  const std::size_t before = server.memory_kib("VmRSS");
  for (int i = 0; i < 100; ++i) {
    REQUIRE(publisher.send(messages));
  }
  REQUIRE(publisher.send_frame(kFloodPing, "read?"));
  REQUIRE(publisher.read_frame());
  // The engine answers some in a turn; a buffer may hold many more, which then wait for it.
  CHECK(server.peak_kib() < before + 8 * kMiB);
  CHECK(server.metric("published_total{transport=\"websocket\"}") == 1'000'000);
}

TEST_CASE("bombs take what a message may and 16 MiB, be the limit small or large") {
  const std::string bomb = masked_frame(kFloodCompressed, deflated_zeros(std::size_t{1} << 30));
  for (const unsigned limit : {1U, 16U, 64U}) {
    INFO(limit << " MiB");
    const EchoProcess server({"--max-message", std::to_string(limit) + "MiB"});
    const std::size_t before = server.memory_kib("VmRSS");
    for (int run = 0; run < 10; ++run) {
      RawClient client = server.subscriber("/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
      const auto start = FloodClock::now();
      client.send(bomb);  // it is refused before its end
      CHECK(client.read_close() == 1009);
      CHECK(FloodClock::now() - start < 2s);
    }
    CHECK(server.peak_kib() < before + (limit + 16) * kMiB);
    CHECK(server.memory_kib("VmRSS") < before + 16 * kMiB);
  }
}

TEST_CASE("a Close frame with any code is answered with one that may be sent") {
  const PubSubProcess server({});
  const auto may_be_sent = [](int code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
  };
  int echoed = 0;
  int invalid = 0;
  for (int code = 0; code <= 0xFFFF; ++code) {
    RawClient client(server.port());
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    REQUIRE(client.send(upgrade_request({}, "/t/room") + masked_frame(kFloodClose, payload)));
    REQUIRE(client.request("").starts_with("HTTP/1.1 101"));
    const int answer = client.read_close();
    echoed += answer == code ? 1 : 0;
    invalid += may_be_sent(answer) ? 0 : 1;
    client.reset();  // so that its port may be used again at once
  }
  CHECK(invalid == 0);
  // libwebsockets hides 1012 to 1014.
  CHECK(echoed == 4 + 5 + 2000);
}
