// SPDX-License-Identifier: MIT
// Peers that do nothing: half-open, silent, stopped. Resident memory: not under a sanitizer.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/net/serve/server_process.h"

using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

using PeerClock = std::chrono::steady_clock;

constexpr unsigned kPeerText = 0x81;
constexpr unsigned kPeerBinary = 0x82;

/// The median time of several clients' connecting and upgrading.
PeerClock::duration time_to_connect(const ServerProcess& server) {
  constexpr std::size_t kTries = 11;
  std::vector<PeerClock::duration> times;
  for (std::size_t i = 0; i < kTries; ++i) {
    const auto start = PeerClock::now();
    RawClient client(server.port());
    REQUIRE(client.upgrade({}, "/t/room"));
    times.push_back(PeerClock::now() - start);
  }
  std::ranges::sort(times);
  return times[kTries / 2];
}

/// How long a server that pings after 1 s and waits for 2 s keeps a peer that does nothing.
PeerClock::duration time_to_notice(RawClient& peer) {
  const auto start = PeerClock::now();
  REQUIRE(peer.wait_for_end());
  return PeerClock::now() - start;
}

}  // namespace

TEST_CASE("5000 half-open connections take 8 KiB each and keep nobody waiting") {
  raise_open_files();
  constexpr std::size_t kHalfOpen = 5000;
  const std::string request = upgrade_request({}, "/t/room");
  for (const char* service : {"echo", "pubsub"}) {
    INFO(service);
    const ServerProcess server(service, {"--handshake-timeout", "1m"});
    (void)server.subscriber("/t/room");
    const std::size_t before = server.memory_kib("VmRSS");
    std::vector<RawClient> half;
    for (std::size_t i = 0; i < kHalfOpen; ++i) {
      half.emplace_back(server.port());
      half.back().send(request.substr(0, i % request.size()));
    }
    CHECK(time_to_connect(server) < 100ms);
    CHECK(server.peak_kib() < before + 8 * kHalfOpen);
  }
}

TEST_CASE("a peer that has stopped is noticed a second after its ping's time at the latest") {
  for (const char* service : {"echo", "pubsub"}) {
    INFO(service);
    const ServerProcess server(service, {"--ping-interval", "1s", "--ping-timeout", "2s"});
    RawClient silent = server.subscriber("/t/room");
    const auto took = time_to_notice(silent);
    CHECK(took > 2900ms);
    CHECK(took < 4s);
  }
}

TEST_CASE("a peer that has stopped is noticed though there is more for it than it ever takes") {
  const PubSubProcess server(
      {"--ping-interval", "1s", "--ping-timeout", "2s", "--max-queue", "64MiB", "--history", "1"});
  RawClient stopped = server.subscriber("/t/room");
  stopped.set_small_receive_buffer();
  RawClient publisher = server.subscriber("/t/room?echo=0");
  const std::string message(std::size_t{256} << 10, 'x');
  for (int i = 0; i < 40; ++i) {
    REQUIRE(publisher.send_frame(kPeerBinary, message));
  }
  const auto start = PeerClock::now();
  while (server.metric("websockets") > 1) {
    REQUIRE(PeerClock::now() - start < 20s);
    publisher.send_frame(kPeerText, "still here");
  }
  CHECK(PeerClock::now() - start < 4s);
}

TEST_CASE("one subscriber of 1000 that stops reading costs its queue, and the others nothing") {
  raise_open_files();
  constexpr std::size_t kReaders = 999;
  const PubSubProcess server({"--max-queue", "256KiB", "--history", "1", "--slow", "drop-new"});
  std::vector<RawClient> readers;
  for (std::size_t i = 0; i < kReaders; ++i) {
    readers.push_back(server.subscriber("/t/room?envelope=json"));
  }
  RawClient stalled = server.subscriber("/t/room?envelope=json");
  stalled.set_small_receive_buffer();
  RawClient publisher = server.subscriber("/t/room?echo=0");
  const std::size_t before = server.memory_kib("VmRSS");
  const std::string padding(std::size_t{64} << 10, 'x');
  std::size_t lost = 0;
  int sent = 0;
  // Until the kernel takes no more for it, and 20 messages go on being dropped.
  while (server.metric("dropped_total{policy=\"drop-new\"}") < 20) {
    REQUIRE(sent < 400);
    const std::string begin = std::to_string(++sent) + ":";
    REQUIRE(publisher.send_frame(kPeerText, begin + padding));
    for (RawClient& reader : readers) {
      const auto frame = reader.read_frame();
      REQUIRE(frame);
      lost += frame->payload.find("\"data\":\"" + begin) == std::string::npos ? 1U : 0U;
    }
  }
  CHECK(lost == 0);
  CHECK(server.metric("dropped_total{policy=\"drop-new\"}") >= 20);
  // The queue twice, and what its readers' turns take.
  CHECK(server.peak_kib() < before + 2 * kMiB / 4 + kMiB);
}
