// SPDX-License-Identifier: MIT
#include <atomic>
#include <string>
#include <thread>

#include "tests/net/serve/serving.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

using Steady = std::chrono::steady_clock;

std::string sent_text(RawClient& client, std::string_view text) {
  client.send_frame(kText, text);
  return read_text(client);
}

}  // namespace

TEST_CASE("a delayed echo never comes early") {
  const auto server = start_echo({}, {.fixed = 50ms});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  for (int i = 0; i < 5; ++i) {
    const auto start = Steady::now();
    CHECK(sent_text(client, "late") == "late");
    CHECK(Steady::now() - start >= 50ms);
  }
}

TEST_CASE("delayed echoes overlap and stay in order") {
  const auto server = start_echo({}, {.fixed = 100ms, .jitter = 100ms});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  const auto start = Steady::now();
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += masked_frame(kText, std::to_string(i));
  }
  REQUIRE(client.send(all));
  for (int i = 0; i < 100; ++i) {
    CHECK(read_text(client) == std::to_string(i));
  }
  // One after the other they would take 10 s.
  CHECK(Steady::now() - start < 5s);
}

TEST_CASE("a ping is answered at once while echoes are held back") {
  const auto server = start_echo({}, {.fixed = 200ms});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send(masked_frame(kText, "late") + masked_frame(kPing, "now"));
  const auto first = client.read_frame();
  REQUIRE(first);
  CHECK(first->payload == "now");
  CHECK(read_text(client) == "late");
}

TEST_CASE("a close brings what was held back before its answer") {
  const auto server = start_echo({}, {.fixed = 1h});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send(masked_frame(kText, "one") + masked_frame(kText, "two") +
              masked_frame(kClose, "\x03\xe8"));
  CHECK(read_text(client) == "one");
  CHECK(read_text(client) == "two");
  CHECK(client.read_close() == 1000);
}

TEST_CASE("what is held back is bounded") {
  const auto server = start_echo({}, {.fixed = 1h});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  const std::string message(1024 * 1024, 'x');
  int sent = 0;
  while (sent < 64 && client.send_frame(kBinary, message, 500ms)) {
    ++sent;
  }
  // 16 MiB are held, and the kernel takes some more.
  CHECK(sent >= 16);
  CHECK(sent < 64);
}

TEST_CASE("reading goes on when what was held back has gone") {
  const auto server = start_echo({}, {.fixed = 300ms});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  const std::string message(1024 * 1024, 'x');
  std::atomic<int> sent = 0;
  std::thread sender([&] {
    while (sent < 40 && client.send_frame(kBinary, message)) {
      ++sent;
    }
  });
  int received = 0;
  while (received < 40 && client.read_frame()) {
    ++received;
  }
  sender.join();
  CHECK(sent == 40);
  CHECK(received == 40);
}

TEST_CASE("in a stall nobody is answered and the threads stand still together") {
  const auto server = start_echo({.threads = 2, .stall = serve::StallOptions{700ms, 400ms}});
  RawClient clients[] = {RawClient(server->port()), RawClient(server->port())};
  REQUIRE(clients[0].upgrade());
  REQUIRE(clients[1].upgrade());
  int stalls = 0;
  const auto end = Steady::now() + 1400ms;
  while (Steady::now() < end) {
    const auto start = Steady::now();
    clients[0].send_frame(kText, "x");
    clients[1].send_frame(kText, "y");
    REQUIRE(read_text(clients[0]) == "x");
    REQUIRE(read_text(clients[1]) == "y");
    stalls += Steady::now() - start >= 390ms ? 1 : 0;
  }
  // Two periods hold two stalls, or three when the last one was entered; one thread after the other
  // would make twice as many.
  CHECK(stalls >= 2);
  CHECK(stalls <= 3);
}

TEST_CASE("a stop ends a stall") {
  auto server = start_echo({.stall = serve::StallOptions{2h, 7199s}});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  CHECK_FALSE(client.wait_for_end(1500ms));
  server->drain();
  CHECK(client.read_close() == 1001);
  client.send_frame(kClose, "\x03\xe9");
  server->wait();
  CHECK(client.wait_for_end());
}
